import { complaintsAbout, type ReleaseResult } from '../release/result.js';
import type { CanaryEvent } from '../watch/events.js';
import { span, type Line } from './style.js';
import { clock, judged, milliseconds, percent, shareOf, successRate, type View } from './view.js';

/** An Event, in the words that it has. */
export function eventLine({ type, message }: CanaryEvent, at: Date): Line {
  const time = at.toTimeString().slice(0, 8);
  return [
    span(`${time} `, 'dim'),
    span(`[${type}] `.padEnd(10), type === 'Warning' ? 'warning' : 'dim'),
    span(message),
  ];
}

/** How a release has ended, in one line. */
export function verdictLine(result: ReleaseResult): Line {
  const { plan, outcome, seconds, weights, requests, failedRequests } = result;
  const complaints = complaintsAbout(result);
  const story = [
    `${plan.version} was ${outcome.replace('-', ' ')} after ${seconds.toFixed(0)} s`,
    `weights ${weights.join(' ')}`,
    `${failedRequests.toLocaleString('en-US')} of ${requests.toLocaleString('en-US')} requests failed`,
  ].join(', ');
  if (complaints.length === 0) return [span('✔ ', 'good'), span(story, 'bold')];
  return [span('✘ ', 'bad'), span(story, 'bold'), span(`: ${complaints.join(', ')}`, 'bad')];
}

/** The view in one line, for logs and pipes. */
export function plainLine(view: View): string {
  const { title, observation: observation, recent, byVersion, failed, elapsedSeconds } = view;
  const { analysis, versions, weight } = observation;
  const share = versions.canary === versions.primary ? undefined : shareOf(versions.canary, recent);
  const counts = [...byVersion].map(([version, count]) => `${version} ${count}`);
  return [
    `${clock(elapsedSeconds)} ${title}: ${observation.phase || 'new'}, canary weight ${weight}%`,
    ...(share === undefined ? [] : [`${versions.canary} answers ${share.toFixed(0)}%`]),
    ...(analysis ? [`canary success ${percent(judged(analysis, 'request-success-rate')?.value)}`] : []),
    ...(analysis ? [`canary P99 ${milliseconds(judged(analysis, 'request-duration')?.value)}`] : []),
    `all success ${percent(successRate(recent))}`,
    `all P99 ${milliseconds(recent.p99Ms)}`,
    `requests ${[...counts, `failed ${failed}`].join(', ')}`,
  ].join('; ');
}
