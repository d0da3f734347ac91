import { useSearchParams } from 'wouter';
import { useLanguage } from '../i18n/language.js';
import { ConnectionState } from '../ui/connection.js';
import { Command } from '../ui/copy.js';
import { Loading } from '../ui/loading.js';
import { ProblemNotice } from '../ui/problem.js';
import { useTitle } from '../ui/title.js';
import { countsOf, FILTERS, found, matches, sorted, type Wanted } from './filter.js';
import { Filters } from './filters.js';
import { FleetNewsLine } from './news-line.js';
import { FleetRowView } from './row.js';
import { keyOf, type Rows } from './rows.js';
import { useFleet } from './use-fleet.js';

/** All Canaries of all namespaces: what needs somebody first. */
export function FleetPage() {
  const { t } = useLanguage();
  useTitle(t.fleet.title);
  const { rows, connection, error, retry } = useFleet();
  return (
    <>
      <div className="page-head">
        <h1>{t.fleet.title}</h1>
        <ConnectionState connection={connection} error={error} />
      </div>
      {error && <ProblemNotice error={error} retry={retry} />}
      {rows === undefined ? !error && <Loading /> : rows.size === 0 ? <Empty /> : <FleetList rows={rows} />}
    </>
  );
}

function FleetList({ rows }: { readonly rows: Rows }) {
  const { t } = useLanguage();
  const [wanted, change] = useWanted();
  const all = [...rows.values()];
  const searched = found(all, wanted);
  const shown = sorted(searched.filter((row) => matches(row, wanted.filter)));
  const clusters = new Set(all.map(({ cluster }) => cluster));
  const namespaces = [...new Set(all.map(({ namespace }) => namespace))].sort();
  return (
    <>
      <Filters wanted={wanted} counts={countsOf(searched)} namespaces={namespaces} change={change} />
      <FleetNewsLine rows={all} />
      <p className="muted" role="status">
        {t.fleet.shown(shown.length, rows.size)}
      </p>
      {shown.length === 0 ? (
        <div className="empty">
          <p>{t.fleet.noMatch}</p>
          <button type="button" onClick={() => change({ filter: 'all', search: '', namespace: '' })}>
            {t.fleet.clear}
          </button>
        </div>
      ) : (
        <ul className="fleet">
          {shown.map((row) => (
            <FleetRowView key={keyOf(row)} row={row} withCluster={clusters.size > 1} />
          ))}
        </ul>
      )}
    </>
  );
}

/** The filter is part of the address: what is seen can be sent to somebody. */
function useWanted(): [Wanted, (wanted: Wanted) => void] {
  const [parameters, setParameters] = useSearchParams();
  const filter = FILTERS.find((name) => name === parameters.get('state')) ?? 'all';
  const wanted = { filter, search: parameters.get('q') ?? '', namespace: parameters.get('namespace') ?? '' };
  const change = (next: Wanted): void => {
    const pairs = { state: next.filter === 'all' ? '' : next.filter, q: next.search, namespace: next.namespace };
    setParameters(new URLSearchParams(Object.entries(pairs).filter(([, value]) => value !== '')), { replace: true });
  };
  return [wanted, change];
}

function Empty() {
  const { t } = useLanguage();
  return (
    <div className="empty">
      <h2>{t.fleet.empty.title}</h2>
      <p>{t.fleet.empty.text}</p>
      <Command>kubectl apply -f canary.yaml</Command>
      <p>{t.fleet.empty.then}</p>
      <Command>kubectl -n test set image deployment/podinfo podinfod=stefanprodan/podinfo:6.0.1</Command>
    </div>
  );
}
