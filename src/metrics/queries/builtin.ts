import type { BuiltinMetric } from '../../crds/schema/checks.js';
import { parseTemplate } from '../gotemplate/template.js';
import { constantsOf, type QueryModel } from '../model.js';
import { addressMatcher } from './addresses.js';
import { CANARY_ONLY_QUERIES } from './canary-only.js';
import { FLAGGER_QUERIES, type Observer } from './flagger.js';
import type { BuiltinQuery } from './query.js';

/** Serinus' own queries, which see only the canary, or exactly Flagger's. */
export type Flavour = 'canary-only' | 'flagger';

/** The query of a built-in check. */
export function builtinQuery(
  observer: Observer,
  metric: BuiltinMetric,
  { flavour }: { flavour: Flavour },
): BuiltinQuery {
  const queries = flavour === 'canary-only' ? CANARY_ONLY_QUERIES : FLAGGER_QUERIES;
  return queries[observer][metric];
}

/**
 * @param addresses of the canary's pods
 * @returns undefined where the query is about certain pods and there are none
 */
export function renderBuiltin(
  query: BuiltinQuery,
  model: QueryModel,
  addresses: readonly string[],
): string | undefined {
  if (query.ofAddresses && addresses.length === 0) return undefined;
  const names = constantsOf(query.wordNames ? withWordNames(model) : model);
  const constants = { ...names, addresses: addressMatcher(addresses) };
  return parseTemplate(query.template, Object.keys(constants)).render(constants);
}

export function withWordNames(model: QueryModel): QueryModel {
  const { name, namespace, target, service, ingress } = model;
  return {
    ...model,
    name: word(name),
    namespace: word(namespace),
    target: word(target),
    service: word(service),
    ingress: word(ingress),
  };
}

function word(name: string): string {
  return name.replace(/\W/g, '_');
}
