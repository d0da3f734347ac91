import type { Audience } from '../../crds/canary.js';
import { regexOf, type TextMatch } from '../shared/audience.js';
import type { HttpMatch } from './objects.js';

/** Each of the first with each of the second, since any of either suffices. */
export function combined(
  own: readonly HttpMatch[],
  match: readonly HttpMatch[],
  combine: (service: HttpMatch, own: HttpMatch) => HttpMatch,
): readonly HttpMatch[] {
  return match.length === 0 ? own : own.flatMap((mine) => match.map((service) => combine(service, mine)));
}

/**
 * The service's matches restricted to an audience. The audience's conditions on headers, query or labels replace those
 * of the service.
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

/** Istio has no suffix match, and would ignore one. */
function mapped(headers: Readonly<Record<string, TextMatch>>): NonNullable<HttpMatch['headers']> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, text.suffix === undefined ? text : { regex: regexOf(text) }]),
  );
}
