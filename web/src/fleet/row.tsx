import { Link } from 'wouter';
import type { FleetRow } from '../api/types.js';
import { trafficIn } from '../format/traffic.js';
import { Said, useLanguage } from '../i18n/language.js';
import { Status } from '../ui/status.js';
import { Ago } from '../ui/time.js';
import { lookOf } from './status.js';

interface Props {
  readonly row: FleetRow;
  /** There is more than one cluster. */
  readonly withCluster: boolean;
}

/** A Canary in the fleet. */
export function FleetRowView({ row, withCluster }: Props) {
  const { t, locale } = useLanguage();
  const { standing } = row;
  return (
    <li className={`fleet-row tone-${lookOf(standing).tone}`}>
      <div className="fleet-who">
        <Link className="fleet-name" href={`/canaries/${row.namespace}/${row.name}`}>
          {row.name}
        </Link>
        <span className="muted">
          {row.namespace}
          {withCluster && ` · ${row.cluster}`}
        </span>
      </div>
      <div className="fleet-state">
        <Status {...lookOf(standing)}>{t.standing[standing]}</Status>
      </div>
      <div className="fleet-weight">
        {row.releaseUnderWay && (
          <>
            {row.traffic?.to === 'share' && <WeightBar weight={row.traffic.percent} />}
            {row.traffic && <span className="number">{trafficIn(row.traffic, t, locale)}</span>}
          </>
        )}
      </div>
      <div className="fleet-detail muted">
        <Detail row={row} />
      </div>
    </li>
  );
}

function Detail({ row }: { readonly row: FleetRow }) {
  const { t } = useLanguage();
  const said = row.problem ?? row.attention;
  return (
    <>
      {said !== undefined && (
        <span className="fleet-said">
          <Said>{said}</Said>
        </span>
      )}
      {row.releaseUnderWay && row.failedChecks > 0 && <span>{t.fleet.failedChecks(row.failedChecks)}</span>}
      {row.lastTransitionTime !== undefined && <Ago at={row.lastTransitionTime} />}
    </>
  );
}

/** For the eye only: the figure beside it says the same. */
function WeightBar({ weight }: { readonly weight: number }) {
  return (
    <svg className="weight-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect className="weight-bar-all" width="100" height="8" />
      <rect className="weight-bar-canary" width={Math.min(100, Math.max(0, weight))} height="8" />
    </svg>
  );
}
