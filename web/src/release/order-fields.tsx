import { useId, useState } from 'react';
import { useSession } from '../api/session.js';
import { useLanguage } from '../i18n/language.js';

const NAME = 'serinus.name';

/** Who gives an order, and why. */
export interface Giver {
  readonly reason: string;
  readonly name: string;
  /** The user isn't verified, so the form needs a name. */
  readonly anonymous: boolean;
  readonly setReason: (reason: string) => void;
  readonly setName: (name: string) => void;
  /** For an order's body; the name is kept for the next one. */
  readonly said: () => { readonly reason?: string; readonly by?: string };
}

export function useGiver(): Giver {
  const session = useSession();
  const [reason, setReason] = useState('');
  const [name, setName] = useState(() => localStorage.getItem(NAME) ?? '');
  const anonymous = session?.user === undefined;
  const said = (): { reason?: string; by?: string } => {
    if (anonymous) localStorage.setItem(NAME, name);
    return {
      ...(reason.trim() !== '' && { reason: reason.trim() }),
      ...(anonymous && name.trim() !== '' && { by: name.trim() }),
    };
  };
  return { reason, name, anonymous, setReason, setName, said };
}

interface Props {
  readonly giver: Giver;
  readonly reasonRequired: boolean;
}

/** Asks why, and for a name where there is no login. */
export function OrderFields({ giver, reasonRequired }: Props) {
  const { t } = useLanguage();
  const id = useId();
  return (
    <>
      <div className="field">
        <label htmlFor={`${id}-reason`}>
          {t.orders.reason}{' '}
          <span className="muted">({reasonRequired ? t.orders.reasonRequired : t.orders.reasonOptional})</span>
        </label>
        <input
          id={`${id}-reason`}
          type="text"
          maxLength={500}
          required={reasonRequired}
          autoComplete="off"
          aria-describedby={`${id}-reason-hint`}
          value={giver.reason}
          onChange={(event) => giver.setReason(event.target.value)}
        />
        <span id={`${id}-reason-hint`} className="hint">
          {t.orders.reasonHint}
        </span>
      </div>
      {giver.anonymous && (
        <div className="field">
          <label htmlFor={`${id}-name`}>{t.orders.name}</label>
          <input
            id={`${id}-name`}
            type="text"
            maxLength={100}
            autoComplete="username"
            aria-describedby={`${id}-name-hint`}
            value={giver.name}
            onChange={(event) => giver.setName(event.target.value)}
          />
          <span id={`${id}-name-hint`} className="hint">
            {t.orders.nameHint}
          </span>
        </div>
      )}
    </>
  );
}
