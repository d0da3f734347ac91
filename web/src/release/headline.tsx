import type { ReactNode } from 'react';
import type { Release } from '../api/types.js';
import { duration } from '../format/times.js';
import { Said, useLanguage } from '../i18n/language.js';
import { DateTime, useNow } from '../ui/time.js';
import { VersionsText } from '../ui/versions.js';

interface Props {
  readonly name: string;
  /** Missing where nothing has been released yet. */
  readonly release: Release | undefined;
  /** The status, and whatever else is beside the name. */
  readonly children: ReactNode;
}

/** The versions before and after, the status, who started the release and why, and how long it takes. */
export function Headline({ name, release, children }: Props) {
  return (
    <div className="headline">
      <div className="page-head">
        <h1>{name}</h1>
        {release?.versions && <VersionsText versions={release.versions} />}
        {children}
      </div>
      {release && <Who release={release} />}
    </div>
  );
}

function Who({ release }: { readonly release: Release }) {
  const { t, locale } = useLanguage();
  const now = useNow();
  const { startedAt, endedAt, revision, cause, triggeredBy } = release;
  const until = endedAt === undefined ? now : Date.parse(endedAt);
  const took = duration(Math.max(0, until - Date.parse(startedAt)) / 1000, locale);
  const why = cause?.reason;
  return (
    <p className="muted">
      {t.release.triggeredBy(triggeredBy)}
      {why !== undefined && why !== '' && (
        <>
          {': '}
          <q>{why}</q>
        </>
      )}
      {' · '}
      <DateTime at={startedAt} />
      {' · '}
      <span className="number">{release.ended ? t.release.lasted(took) : t.release.since(took)}</span>
      {revision !== undefined && (
        <>
          {' · '}
          <abbr title={revision}>{t.release.revision}</abbr>
        </>
      )}
    </p>
  );
}

/** The outcome and why, or the present status and why: one sentence from the server. */
export function Sentence({ children }: { readonly children: string }) {
  return (
    <p className="sentence">
      <Said>{children}</Said>
    </p>
  );
}
