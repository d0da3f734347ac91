import { Link } from 'wouter';
import type { Live } from '../api/types.js';
import { lookOf } from '../fleet/status.js';
import { percent } from '../format/numbers.js';
import { useLanguage } from '../i18n/language.js';
import { ConnectionState } from '../ui/connection.js';
import { Command } from '../ui/copy.js';
import { useFavicon } from '../ui/favicon.js';
import { Loading } from '../ui/loading.js';
import { ProblemNotice } from '../ui/problem.js';
import { Status } from '../ui/status.js';
import { useTitle } from '../ui/title.js';
import { Headline } from './headline.js';
import { useRelease } from './past-page.js';
import { ReleaseView } from './release-view.js';
import { StartButton } from './start-dialog.js';
import { useLive } from './use-live.js';

/** A Canary and its newest release, live. */
export function CanaryPage({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const { t } = useLanguage();
  const { live, connection, error, retry } = useLive(namespace, name);
  const status = live?.standing;
  useTitle(status === undefined ? name : `${name}: ${t.standing[status]}`);
  useFavicon(status && lookOf(status).tone);
  return (
    <>
      <nav className="crumbs" aria-label={t.app.fleet}>
        <Link href="/">{t.app.fleet}</Link>
        <span aria-hidden="true"> / </span>
        <span>{namespace}</span>
      </nav>
      <Headline name={name} release={live?.release}>
        {status && <Status {...lookOf(status)}>{t.standing[status]}</Status>}
        <ConnectionState connection={connection} error={error} />
      </Headline>
      {error && <ProblemNotice error={error} retry={retry} />}
      {live === undefined ? !error && <Loading /> : <Watched live={live} changed={retry} />}
    </>
  );
}

function Watched({ live, changed }: { readonly live: Live; readonly changed: () => void }) {
  const { t, locale } = useLanguage();
  const { namespace, name } = live.canary;
  // Not visible to everybody who may see the Canary, so the live view doesn't contain it.
  const { data } = useRelease(live.release?.outcome === 'undone' ? live.release.id : '');
  if (!live.release) {
    return (
      <div className="empty">
        <p>{t.release.none}</p>
        <StartButton canary={live.canary} started={changed} />
        <Command>{`kubectl -n ${namespace} set image deployment/${name} CONTAINER=IMAGE`}</Command>
      </div>
    );
  }
  const phase = live.phase ?? live.release.phase;
  return (
    <>
      <p className="visually-hidden" aria-live="polite">
        {t.release.announced(phase, percent(live.weight.wanted, locale))}
      </p>
      <ReleaseView
        live={live}
        release={{ ...live.release, ...(data?.desired && { desired: data.desired }) }}
        changed={changed}
        hasPods
      />
      <p>
        <Link href={`/releases?namespace=${namespace}&name=${name}`}>{t.release.more}</Link>
      </p>
    </>
  );
}
