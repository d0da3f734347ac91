import type { Audience, Canary } from '../../crds/canary.js';
import { UserError } from '../../errors.js';
import type { Match, NamedMatch, ValueMatch } from './http-route.js';

type ServiceMatch = NonNullable<Canary['service']['match']>[number];
type Text = NonNullable<Audience['headers']>[string];

const ANY_PATH: ValueMatch = { type: 'PathPrefix', value: '/' };

/**
 * The requests that the route is for, from `service.match`.
 *
 * @throws UserError for conditions that the Gateway API lacks; leaving them out would let more requests in
 */
export function serviceMatches(canary: Canary): readonly Match[] {
  const { match = [] } = canary.service;
  if (match.length === 0) return [{ path: ANY_PATH }];
  return match.map((entry, index) => serviceMatch(entry, `spec.service.match[${index}]`));
}

/**
 * The requests for the canary in an A/B test: each that matches one of `service.match` and one of `analysis.match`.
 * Where both name the same header, the audience's condition counts.
 *
 * @throws UserError as {@link serviceMatches}
 */
export function audienceMatches(canary: Canary): readonly Match[] {
  const services = serviceMatches(canary);
  return canary.analysis.match.flatMap((entry, index) => {
    const field = `spec.analysis.match[${index}]`;
    if (entry.sourceLabels !== undefined) throw unknown(`${field}.sourceLabels`);
    const headers = named(entry.headers, `${field}.headers`);
    const queryParams = named(entry.queryParams, `${field}.queryParams`);
    if (headers.length + queryParams.length === 0) {
      throw new UserError(`${field}: it fits every request, name a header or a query parameter`);
    }
    return services.map((match) => ({
      ...match,
      ...nonEmpty('headers', merged(match.headers, headers)),
      ...nonEmpty('queryParams', merged(match.queryParams, queryParams)),
    }));
  });
}

/** Further conditions of Istio's matches. Each of them narrows a match. */
const BEYOND = ['authority', 'scheme', 'port', 'sourceLabels', 'sourceNamespace', 'withoutHeaders'] as const;

function serviceMatch(entry: ServiceMatch, field: string): Match {
  for (const name of BEYOND) if (entry[name] !== undefined) throw unknown(`${field}.${name}`);
  if (entry.ignoreUriCase) throw unknown(`${field}.ignoreUriCase`);
  return {
    path: entry.uri ? pathMatch(entry.uri, `${field}.uri`) : ANY_PATH,
    ...(entry.method ? { method: methodOf(entry.method, `${field}.method`) } : {}),
    ...nonEmpty('headers', named(entry.headers, `${field}.headers`)),
    ...nonEmpty('queryParams', named(entry.queryParams, `${field}.queryParams`)),
  };
}

function pathMatch({ regex, exact, prefix }: Text, field: string): ValueMatch {
  if (regex !== undefined) return { type: 'RegularExpression', value: regex };
  if (exact !== undefined) return { type: 'Exact', value: exact };
  if (prefix !== undefined) return { type: 'PathPrefix', value: prefix };
  throw invalid(field, 'set exact, prefix or regex');
}

function methodOf({ exact }: Text, field: string): string {
  if (exact === undefined) throw invalid(field, 'the Gateway API knows whole methods only, set exact');
  return exact;
}

/** Sorted by name, so that the same Canary always gives the same route. */
function named(map: Readonly<Record<string, Text>> = {}, field: string): readonly NamedMatch[] {
  return Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => ({ name, ...valueMatch(text, `${field}.${name}`) }));
}

/** Prefixes and suffixes become regular expressions: the Gateway API has no such match types. */
function valueMatch({ exact, regex, prefix, suffix }: Text, field: string): ValueMatch {
  if (exact !== undefined) return { type: 'Exact', value: exact };
  if (regex !== undefined) return { type: 'RegularExpression', value: regex };
  if (prefix !== undefined) return { type: 'RegularExpression', value: `^${escaped(prefix)}.*$` };
  if (suffix !== undefined) return { type: 'RegularExpression', value: `^.*${escaped(suffix)}$` };
  throw invalid(field, 'set exact, prefix or regex');
}

function merged(base: readonly NamedMatch[] = [], added: readonly NamedMatch[]): readonly NamedMatch[] {
  const replaced = new Set(added.map(({ name }) => name.toLowerCase()));
  return [...base.filter(({ name }) => !replaced.has(name.toLowerCase())), ...added];
}

/** The API server doesn't store an empty list. */
function nonEmpty<Name extends string>(
  name: Name,
  list: readonly NamedMatch[],
): { readonly [Key in Name]?: readonly NamedMatch[] } {
  return (list.length === 0 ? {} : { [name]: list }) as { readonly [Key in Name]?: readonly NamedMatch[] };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function invalid(field: string, remedy: string): UserError {
  return new UserError(`Invalid request matching selectors: ${field}: ${remedy}`);
}

function unknown(field: string): UserError {
  return invalid(field, 'the Gateway API can not tell requests apart by it, remove it');
}
