import { Link } from 'wouter';
import type { FleetRow } from '../api/types.js';
import { measured, range } from '../format/numbers.js';
import { trafficIn } from '../format/traffic.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Status } from '../ui/status.js';
import { Ago } from '../ui/time.js';
import { VersionsText } from '../ui/versions.js';
import { sinceOf } from './columns.js';
import { lookOf } from './status.js';

interface Props {
  readonly row: FleetRow;
  /** There is more than one cluster. */
  readonly withCluster: boolean;
  readonly withNamespace: boolean;
}

/** A Canary in the fleet: its cells, in the order of the columns. */
export function FleetRowCells({ row, withCluster, withNamespace }: Props) {
  const { t } = useLanguage();
  const { standing, versions, by } = row;
  const since = sinceOf(row);
  const place = [...(withNamespace ? [row.namespace] : []), ...(withCluster ? [row.cluster] : [])].join(' · ');
  return (
    <>
      <div role="rowheader" className="fleet-name">
        <Link href={`/canaries/${row.namespace}/${row.name}`}>{row.name}</Link>
        {place !== '' && <span className="muted">{place}</span>}
      </div>
      <div role="cell" className="fleet-version">
        {versions && <VersionsText versions={versions} />}
      </div>
      <div role="cell" className="fleet-status">
        <Status {...lookOf(standing)}>{t.standing[standing]}</Status>
        <Detail row={row} />
      </div>
      <div role="cell" className="fleet-step">
        <Step row={row} />
      </div>
      <div role="cell" className="fleet-worst">
        <Worst row={row} />
      </div>
      <div role="cell" className="fleet-who" title={by}>
        {by}
      </div>
      <div role="cell" className="fleet-age">
        {since !== undefined && <Ago at={since} short />}
      </div>
    </>
  );
}

/** Why the Canary needs attention; the whole text is in the tooltip. */
function Detail({ row }: { readonly row: FleetRow }) {
  const { t } = useLanguage();
  const said = row.problem ?? besides(row);
  const count = row.releaseUnderWay && row.failedChecks > 0 ? t.fleet.failedChecks(row.failedChecks) : undefined;
  if (said === undefined && count === undefined) return null;
  return (
    <span className="fleet-said" title={said}>
      {said === undefined ? count : <Said>{said}</Said>}
    </span>
  );
}

/** Without the status, which has a column of its own. */
function besides({ attention, standing }: FleetRow): string | undefined {
  const rest = attention?.replace(new RegExp(`^${standing}(?:: |$)`), '');
  return rest === '' ? undefined : rest;
}

/** The metric that is closest to its limit, or furthest beyond it. */
function Worst({ row: { worst } }: { readonly row: FleetRow }) {
  const { locale } = useLanguage();
  if (!worst) return null;
  const { metric, value, ok } = worst;
  return (
    <span title={metric}>
      <span className={ok ? 'number' : 'number worst-bad'}>{measured(metric, value, locale)}</span>{' '}
      <span className="muted">
        {range(metric, worst, locale)} {metric}
      </span>
    </span>
  );
}

function Step({ row: { step, traffic } }: { readonly row: FleetRow }) {
  const { t, locale } = useLanguage();
  if (!step) return null;
  const sent = traffic && trafficIn(traffic, t, locale);
  return (
    <span className="step-bar" title={sent}>
      <svg viewBox={`0 0 ${step.of} 1`} preserveAspectRatio="none" aria-hidden="true">
        {Array.from({ length: step.of }, (_, index) => (
          <rect
            key={index}
            className={index < step.done ? 'step-done' : 'step-ahead'}
            x={index}
            width={0.9}
            height={1}
          />
        ))}
      </svg>
      <span className="number">
        {step.done}/{step.of}
      </span>
      {sent !== undefined && <span className="visually-hidden">, {sent}</span>}
    </span>
  );
}
