import type { Audience } from '../../crds/canary.js';
import { regexOf, type TextMatch } from '../shared/audience.js';
import type { HttpMatch } from './objects.js';

/** Each of the one with each of the other, since any of either will do. */
export function combined(
  own: readonly HttpMatch[],
  match: readonly HttpMatch[],
  combine: (service: HttpMatch, own: HttpMatch) => HttpMatch,
): readonly HttpMatch[] {
  return match.length === 0 ? own : own.flatMap((mine) => match.map((service) => combine(service, mine)));
}

/**
 * Requests of the service that are an audience's. What the audience says of headers, query or labels is said instead
 * of what the service says of them.
 */
export function forAudience(audiences: readonly Audience[], match: readonly HttpMatch[]): readonly HttpMatch[] {
  return combined(audiences.map(conditionOf), match, (service, audience) => ({ ...service, ...audience }));
}

function conditionOf({ headers, queryParams, sourceLabels }: Audience): HttpMatch {
  return {
    ...(headers ? { headers: mapped(headers) } : {}),
    ...(queryParams ? { queryParams } : {}),
    ...(sourceLabels ? { sourceLabels } : {}),
  };
}

/** Istio knows no ends of a value, and would take one for no condition at all. */
function mapped(headers: Readonly<Record<string, TextMatch>>): NonNullable<HttpMatch['headers']> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, text.suffix === undefined ? text : { regex: regexOf(text) }]),
  );
}
