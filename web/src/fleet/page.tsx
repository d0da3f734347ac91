import type { RowSelectionState } from '@tanstack/react-table';
import { useState } from 'react';
import { useLanguage } from '../i18n/language.js';
import { ConnectionState } from '../ui/connection.js';
import { Command } from '../ui/copy.js';
import { useFavicon } from '../ui/favicon.js';
import { Loading } from '../ui/loading.js';
import { ProblemNotice } from '../ui/problem.js';
import { useTitle } from '../ui/title.js';
import { countsOf, found, matches, sorted } from './filter.js';
import { Filters } from './filters.js';
import { FleetNewsLine } from './news-line.js';
import { groupingsOf } from './grouping.js';
import { Notifications } from './notifications.js';
import { keyOf, type Rows } from './rows.js';
import { SelectionBar } from './selection-bar.js';
import { toneOfAll } from './status.js';
import { FleetTable } from './table.js';
import { EVERYTHING, useChoices, useDensity } from './use-choices.js';
import { useFleet } from './use-fleet.js';

/** All Canaries of all namespaces: those that need attention first. */
export function FleetPage() {
  const { t } = useLanguage();
  useTitle(t.fleet.title);
  const { rows, connection, error, retry } = useFleet();
  useFavicon(rows && toneOfAll([...rows.values()]));
  return (
    <>
      <div className="page-head">
        <h1>{t.fleet.title}</h1>
        <ConnectionState connection={connection} error={error} />
        {rows && <Notifications rows={rows} />}
      </div>
      {error && <ProblemNotice error={error} retry={retry} />}
      {rows === undefined ? !error && <Loading /> : rows.size === 0 ? <Empty /> : <FleetList rows={rows} />}
    </>
  );
}

function FleetList({ rows }: { readonly rows: Rows }) {
  const { t } = useLanguage();
  const [choices, change] = useChoices();
  const [density, setDensity] = useDensity();
  const [selected, select] = useState<RowSelectionState>({});
  const all = [...rows.values()];
  const searched = found(all, choices);
  const shown = sorted(searched.filter((row) => matches(row, choices.filter)));
  const chosen = shown.filter((row) => selected[keyOf(row)] === true);
  const clusters = new Set(all.map(({ cluster }) => cluster));
  const namespaces = [...new Set(all.map(({ namespace }) => namespace))].sort();
  return (
    <>
      <Filters
        choices={choices}
        counts={countsOf(searched)}
        namespaces={namespaces}
        groupings={groupingsOf(all)}
        density={density}
        change={change}
        setDensity={setDensity}
      />
      <FleetNewsLine rows={all} />
      <p className="muted" role="status">
        {t.fleet.shown(shown.length, rows.size)}
      </p>
      {shown.length === 0 ? (
        <div className="empty">
          <p>{t.fleet.noMatch}</p>
          <button type="button" onClick={() => change({ ...choices, ...EVERYTHING })}>
            {t.fleet.clear}
          </button>
        </div>
      ) : (
        <FleetTable
          rows={shown}
          grouping={choices.grouping}
          order={choices.order}
          density={density}
          withCluster={clusters.size > 1}
          sort={(order) => change({ ...choices, order })}
          selected={selected}
          select={select}
        />
      )}
      {chosen.length > 0 && <SelectionBar rows={chosen} clear={() => select({})} />}
    </>
  );
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
