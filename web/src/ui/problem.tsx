import { ApiProblem, isMissing } from '../api/client.js';
import { useSession } from '../api/session.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Icon } from './icon.js';

interface Props {
  readonly error: Error;
  readonly retry?: () => void;
}

/** Why something can't be shown, and what to do about it. */
export function ProblemNotice({ error, retry }: Props) {
  const { t } = useLanguage();
  return (
    <div className="notice notice-bad" role="alert">
      <Icon name="warning" />
      <div>
        <ProblemText error={error} />
        {retry && (
          <button type="button" className="button-small" onClick={retry}>
            {t.problem.retryNow}
          </button>
        )}
      </div>
    </div>
  );
}

export function ProblemText({ error }: { readonly error: Error }) {
  const { t } = useLanguage();
  const session = useSession();
  if (isMissing(error)) return <p>{t.problem.missing}</p>;
  if (!(error instanceof ApiProblem)) {
    return (
      <>
        <p className="strong">{t.problem.unreachable}</p>
        <p>{t.problem.unreachableHint}</p>
      </>
    );
  }
  const { title, detail, remedy, status } = error.document;
  if (status === 401) return <Unauthenticated login={session?.login} />;
  return (
    <>
      <p className="strong">{t.problem.titles[error.kind] ?? <Said>{title || detail}</Said>}</p>
      {detail !== title && (
        <p>
          <Said>{detail}</Said>
        </p>
      )}
      {remedy !== undefined && (
        <p>
          {t.problem.remedy}: <Said>{remedy}</Said>
        </p>
      )}
    </>
  );
}

function Unauthenticated({ login }: { readonly login: string | undefined }) {
  const { t } = useLanguage();
  if (login === undefined) return <p>{t.problem.tokenNeeded}</p>;
  return (
    <p>
      {t.problem.loginNeeded}: <a href={loginPath(login)}>{t.app.login}</a>
    </p>
  );
}

/** Returns to the present page. */
export function loginPath(login: string): string {
  return `${login}?return=${encodeURIComponent(location.pathname + location.search)}`;
}
