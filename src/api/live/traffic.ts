import type { Audience } from '../../crds/types.js';
import { isActive, type Phase } from '../../domain/phases.js';
import type { Strategy } from '../../domain/policy.js';
import type { Traffic } from '../schema/canary.js';

/** Facts about a Canary's traffic. */
export interface Known {
  readonly strategy: Strategy;
  /** Of an A/B test: the conditions on requests for the canary. */
  readonly match: readonly Audience[];
  readonly phase: Phase;
  /** Percent, from the release or the status. */
  readonly weight: number;
  /** Checks so far, of a strategy that counts checks instead of weights. */
  readonly iterations: number;
}

/**
 * Which requests reach the canary. In an A/B test that is no share of them: the status has 0 there, and the release
 * 100.
 *
 * @returns undefined where it is unknown
 */
export function trafficOf({ strategy, match, phase, weight, iterations }: Known): Traffic | undefined {
  if (strategy.kind !== 'ab' || !isActive(phase)) return { to: 'share', percent: weight };
  const audience = audienceText(match);
  if (phase === 'Promoting' || phase === 'Finalising') return weight > 0 ? { to: 'share', percent: weight } : undefined;
  if (weight > 0 || iterations > 0 || phase === 'WaitingPromotion') return { to: 'match', match: audience };
  return phase === 'Waiting' ? { to: 'share', percent: 0 } : undefined;
}

/** In words for people: `All requests that match header x-canary = insider`. */
export function trafficText(traffic: Traffic): string {
  return traffic.to === 'match' ? `All requests that match ${traffic.match}` : `${traffic.percent}% of requests`;
}

/** The same for the primary. */
export function restText(traffic: Traffic): string {
  return traffic.to === 'match' ? 'all other requests' : `${100 - traffic.percent}% of requests`;
}

/** `header x-canary = insider and query debug = 1, or cookie canary = always`. */
function audienceText(match: readonly Audience[]): string {
  const entries = match.map(({ headers = {}, queryParams = {}, sourceLabels = {} }) =>
    [
      ...Object.entries(headers).map(([name, want]) => `header ${name} ${wantedText(want)}`),
      ...Object.entries(queryParams).map(([name, want]) => `query parameter ${name} ${wantedText(want)}`),
      ...Object.entries(sourceLabels).map(([name, value]) => `source label ${name} = ${value}`),
    ].join(' and '),
  );
  return entries.filter((entry) => entry !== '').join(', or ');
}

interface Wanted {
  readonly exact?: string | undefined;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  readonly regex?: string | undefined;
}

function wantedText({ exact, prefix, suffix, regex }: Wanted): string {
  if (exact !== undefined) return `= ${exact}`;
  if (prefix !== undefined) return `begins with ${prefix}`;
  if (suffix !== undefined) return `ends with ${suffix}`;
  return regex === undefined ? 'is there' : `matches ${regex}`;
}
