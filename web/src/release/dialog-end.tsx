import { useLanguage } from '../i18n/language.js';
import { ProblemText } from '../ui/problem.js';

/** The end of a form that gives an order: its errors, and the buttons. */
export function DialogEnd({
  error,
  giving,
  label,
  look = 'button-first',
  disabled = giving,
  close,
}: {
  readonly error: Error | undefined;
  readonly giving: boolean;
  readonly label: string;
  readonly look?: 'button-first' | 'button-destroy';
  readonly disabled?: boolean;
  readonly close: () => void;
}) {
  const { t } = useLanguage();
  return (
    <>
      {error && (
        <div className="notice notice-bad" role="alert">
          <div>
            <ProblemText error={error} />
          </div>
        </div>
      )}
      <div className="dialog-buttons">
        <button type="button" onClick={close}>
          {t.orders.cancel}
        </button>
        <button type="submit" className={look} disabled={disabled}>
          {giving ? t.orders.giving : label}
        </button>
      </div>
    </>
  );
}
