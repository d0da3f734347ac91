import type { Duration } from '../crds/schema/fields.js';
import type { Canary } from '../crds/types.js';
import { parseTemplate, type Constants, type Template } from './gotemplate/template.js';

/** Names for queries; each is a function of query templates, without arguments. */
export interface QueryNames {
  /** Of the Canary. */
  readonly name: string;
  readonly namespace: string;
  /** The workload. */
  readonly target: string;
  /** The apex Service. */
  readonly service: string;
  /** The Ingress, or the target where the Canary names none. */
  readonly ingress: string;
  /** The route, or the target where the Canary names none. */
  readonly route: string;
}

export interface QueryModel extends QueryNames {
  /** A length of time such as `1m`, or nothing. */
  readonly interval: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** An analysis looks back no further than this. */
export interface Window {
  /** When the canary got its present weight. Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const FUNCTIONS: readonly (keyof QueryModel)[] = [
  'name',
  'namespace',
  'target',
  'service',
  'ingress',
  'route',
  'interval',
  'variables',
];

export function queryNamesOf(
  canary: Pick<Canary, 'name' | 'namespace' | 'service' | 'targetRef' | 'ingressRef' | 'routeRef'>,
): QueryNames {
  const { name, namespace, targetRef, service, ingressRef, routeRef } = canary;
  const target = targetRef.name;
  return {
    name,
    namespace,
    target,
    service: service.name,
    ingress: ingressRef?.name ?? target,
    route: routeRef?.name ?? target,
  };
}

/**
 * Reads a query template; good for checking one before it is used.
 *
 * @throws TemplateError
 */
function parseQuery(query: string): Template {
  return parseTemplate(query, FUNCTIONS);
}

/** @throws TemplateError where the template can't be parsed, or uses an unknown variable */
export function renderQuery(query: string, model: QueryModel): string {
  return parseQuery(query).render(constantsOf(model));
}

export function constantsOf(model: QueryModel): Constants {
  return { ...model, variables: new Map(Object.entries(model.variables)) };
}

/**
 * The interval to render queries with. Within a window it ends where the window begins, so that requests under an
 * earlier weight don't count; it is never shorter than a second.
 *
 * @returns the user's own text where that is short enough; the empty text where the metric has no interval
 */
export function intervalWithin(interval: Duration | undefined, window: Window | undefined): string {
  if (!interval) return '';
  const seconds = secondsWithin(interval, window);
  return seconds < interval.seconds ? `${seconds}s` : interval.text;
}

/** How far queries rendered with {@link intervalWithin} look back. */
export function secondsWithin(interval: Duration, window: Window | undefined): number {
  return window ? Math.min(interval.seconds, lengthOf(window)) : interval.seconds;
}

/** Whole seconds, at least one. */
export function lengthOf(window: Window): number {
  return Math.max(1, Math.floor((window.now - window.notBefore) / 1000));
}
