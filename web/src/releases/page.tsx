import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { get } from '../api/client.js';
import type { PastReleases } from '../api/types.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Loading } from '../ui/loading.js';
import { ProblemNotice } from '../ui/problem.js';
import { useTitle } from '../ui/title.js';
import { Dora } from './dora.js';
import { ReleaseFilters } from './filters.js';
import { parametersOf, wantedOf, type Wanted } from './query.js';
import { ReleasesTable } from './table.js';

const PAGE = 50;

/** All releases that match the filters. */
export function ReleasesPage() {
  const { t } = useLanguage();
  useTitle(t.releases.title);
  const [parameters, setParameters] = useSearchParams();
  const wanted = wantedOf(parameters);
  const change = (next: Wanted): void =>
    setParameters(new URLSearchParams(Object.entries(next).filter(([, value]) => value !== '')), { replace: true });
  return (
    <>
      <div className="page-head">
        <h1>{t.releases.title}</h1>
      </div>
      <Dora namespace={wanted.namespace} name={wanted.name} />
      <ReleaseFilters wanted={wanted} change={change} />
      <Found wanted={wanted} />
    </>
  );
}

function Found({ wanted }: { readonly wanted: Wanted }) {
  const { t } = useLanguage();
  const [, navigate] = useLocation();
  const [chosen, choose] = useState<readonly string[]>([]);
  const query = parametersOf(wanted).toString();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['releases', query],
    queryFn: ({ pageParam, signal }) =>
      get<PastReleases>(
        `/api/v1/releases?${query}&limit=${PAGE}${pageParam && `&cursor=${encodeURIComponent(pageParam)}`}`,
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: 10_000,
    // While the user types, the former results stay.
    placeholderData: keepPreviousData,
  });
  if (error) return <ProblemNotice error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const items = data.pages.flatMap((page) => page.items);
  const incomplete = data.pages.find((page) => page.incomplete !== undefined)?.incomplete;
  if (items.length === 0) return <p className="empty">{query === '' ? t.releases.noneYet : t.releases.none}</p>;
  const [a, b] = chosen;
  return (
    <>
      {incomplete !== undefined && (
        <p className="muted">
          <Said>{incomplete}</Said>
        </p>
      )}
      <ReleasesTable items={items} chosen={chosen} choose={choose} />
      <div className="below">
        <button
          type="button"
          disabled={a === undefined || b === undefined}
          onClick={() => navigate(`/compare?a=${a ?? ''}&b=${b ?? ''}`)}
        >
          {t.releases.compare}
        </button>
        {chosen.length < 2 && <span className="muted">{t.releases.selectTwo}</span>}
        <a className="below-end" href={`/api/v1/releases/export?${query}`} download>
          {t.releases.export}
        </a>
        {hasNextPage && (
          <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t.releases.more}
          </button>
        )}
      </div>
    </>
  );
}
