import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, isPassing } from '../api/client.js';
import type { Release } from '../api/types.js';
import { useLanguage } from '../i18n/language.js';
import { OutcomeStatus } from '../releases/outcome.js';
import { UndoingLinks } from '../releases/undoing-links.js';
import { Loading } from '../ui/loading.js';
import { ProblemNotice } from '../ui/problem.js';
import { useTitle } from '../ui/title.js';
import { Headline } from './headline.js';
import { liveOf } from './live-from.js';
import { ReleaseView } from './release-view.js';

const POLL_MS = 3_000;

/** One release, by its id: even one that ended long ago. */
export function PastReleasePage({ id }: { readonly id: string }) {
  const { t } = useLanguage();
  const { data, error, refetch } = useRelease(id);
  useTitle(data ? t.release.title(data.canary.name) : t.app.releases);
  return (
    <>
      <nav className="crumbs" aria-label={t.app.releases}>
        <Link href="/releases">{t.app.releases}</Link>
      </nav>
      {data && (
        <Headline name={t.release.title(data.canary.name)} release={data}>
          {data.outcome !== undefined && <OutcomeStatus outcome={data.outcome} />}
          <UndoingLinks {...data} />
          <span className="muted">
            <Link href={`/canaries/${data.canary.namespace}/${data.canary.name}`}>
              {data.canary.namespace}/{data.canary.name}
            </Link>
            {data.source !== undefined && ` · ${t.releases.source[data.source] ?? data.source}`}
          </span>
        </Headline>
      )}
      {error && <ProblemNotice error={error} retry={() => void refetch()} />}
      {data ? (
        <ReleaseView live={liveOf(data)} release={data} changed={() => void refetch()} hasPods={!data.ended} />
      ) : (
        !error && <Loading />
      )}
    </>
  );
}

/** A release by its id, from wherever it is stored. */
export function useRelease(id: string) {
  return useQuery({
    queryKey: ['release', id],
    queryFn: ({ signal }) => get<Release>(`/api/v1/releases/${encodeURIComponent(id)}`, signal),
    enabled: id !== '',
    refetchInterval: ({ state }) => {
      const passing = state.error !== null && isPassing(state.error);
      return state.data?.ended === false || passing ? POLL_MS : false;
    },
  });
}
