import { useQuery } from '@tanstack/react-query';
import { ApiProblem, get } from '../api/client.js';
import { useLanguage } from '../i18n/language.js';
import { ProblemText } from '../ui/problem.js';
import { figuresOf } from './figures.js';

const DAYS = 30;
const DAY_MS = 86_400_000;

interface Props {
  readonly namespace: string;
  readonly name: string;
}

/** The four delivery figures of the filtered releases. */
export function Dora({ namespace, name }: Props) {
  const { t, locale } = useLanguage();
  const { data, error } = useQuery({
    queryKey: ['dora', namespace, name],
    queryFn: ({ signal }) => {
      const since = new Date(Date.now() - DAYS * DAY_MS).toISOString();
      const pairs = Object.entries({ namespace, name, since }).filter(([, value]) => value !== '');
      return get<unknown>(`/api/v1/dora?${new URLSearchParams(pairs).toString()}`, signal);
    },
    retry: false,
  });
  // They need an archive, which a server may lack: that is no error.
  if (error instanceof ApiProblem && error.kind === 'no-archive') {
    return (
      <div className="notice">
        <div>
          <ProblemText error={error} />
        </div>
      </div>
    );
  }
  const figures = data === undefined ? undefined : figuresOf(data, t.releases.dora, locale);
  if (!figures) return null;
  return (
    <section className="card" aria-labelledby="dora-title">
      <h2 id="dora-title">
        {t.releases.dora.title} <span className="muted">{t.releases.dora.since}</span>
      </h2>
      <dl className="facts">
        {figures.map(({ name: what, value }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd className="big number">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
