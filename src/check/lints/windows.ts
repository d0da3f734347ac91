import { formatGoDuration } from '../../crds/duration.js';
import type { Settings } from '../../settings.js';
import { about, sourcesOf, type Lint } from '../subject.js';

/**
 * A check that looks further back than the release is long judges the time before it; unless windows begin at the last
 * change of weight, in which case it never looks back that far.
 */
export const windowsFit: Lint = (subject) => {
  const { analysisSeconds } = subject.best;
  if (analysisSeconds === 0) return [];
  return windowsOf(subject).flatMap(({ field, metric, interval }) =>
    interval.seconds <= analysisSeconds
      ? []
      : [
          about(subject, {
            rule: 'window-longer-than-release',
            severity: subject.metricWindow === 'weight' ? 'info' : 'warning',
            field,
            value: interval.text,
            message: `${metric} looks back ${interval.text}, and the whole analysis lasts ${text(analysisSeconds)} at best: ${CONSEQUENCES[subject.metricWindow]}`,
            remedy: `use ${text(analysisSeconds)} or less, or a longer analysis`,
          }),
        ],
  );
};

const CONSEQUENCES: Readonly<Record<Settings['metricWindow'], string>> = {
  weight: 'it never looks back that far, since it stops where the weight has changed',
  flagger: 'a bad canary is averaged with what was before it',
};

/** A check that doesn't look back to the check before it misses some of the requests. */
export const windowsMeet: Lint = (subject) => {
  const { intervalSeconds } = subject.canary.analysis;
  return windowsOf(subject).flatMap(({ field, metric, interval }) =>
    interval.seconds >= intervalSeconds
      ? []
      : [
          about(subject, {
            rule: 'window-with-gaps',
            severity: 'info',
            field,
            value: interval.text,
            message: `${metric} looks back ${interval.text} every ${text(intervalSeconds)}: what happens in between is never looked at`,
            remedy: `use ${text(intervalSeconds)} or more`,
          }),
        ],
  );
};

function windowsOf({ canary }: Parameters<Lint>[0]) {
  return sourcesOf(canary).flatMap(({ field, metric, source }) => {
    // An inline query is sent unchanged: its window is in its text.
    if (source.kind === 'query' || source.interval === undefined) return [];
    return [{ field: `${field}.interval`, metric, interval: source.interval }];
  });
}

function text(seconds: number): string {
  return formatGoDuration(seconds * 1000);
}
