import { NO_RELEASE } from '../../domain/state.js';
import { ROLLOUT, searchAttributes as attributes } from '../../workflows/contract.js';
import type { ReleaseFilter } from '../../archive/port.js';

/** A condition of Temporal's list filter. */
export function equals(attribute: string, value: string): string {
  return `${attribute} = ${quoted(value)}`;
}

export function allOf(conditions: readonly string[]): string {
  return conditions.join(' AND ');
}

/**
 * The filter for runs to list. A run that continued as new is left out while its release continues in the next one,
 * which represents both.
 *
 * @param all also runs that released nothing
 */
export function historyQuery(all: boolean): string[] {
  const outcome = attributes.outcome.name;
  const lasting = `NOT (ExecutionStatus = 'ContinuedAsNew' AND ${outcome} IS NULL)`;
  const type = equals('WorkflowType', ROLLOUT);
  if (all) return [type, lasting];
  const none = NO_RELEASE.map(quoted).join(', ');
  return [type, lasting, `(${outcome} IS NULL OR ${outcome} NOT IN (${none}))`];
}

/** Open runs. */
export function underWayQuery(): string[] {
  return [equals('WorkflowType', ROLLOUT), "ExecutionStatus = 'Running'"];
}

/** Names of Kubernetes need no escapes; any other text must not end the string. */
function quoted(value: string): string {
  return `'${value.replace(/[\\']/g, (character) => `\\${character}`)}'`;
}

/** The filter for releases of all Canaries. */
export type FleetFilter = Omit<ReleaseFilter, 'image'>;

/** Releases under way. */
export function openQuery(filter: FleetFilter): string {
  return allOf([...fleetConditions(filter), `ExecutionStatus = 'Running'`]);
}

/**
 * Releases that have ended, by the time of their end.
 *
 * @param from milliseconds since 1970, included
 * @param to milliseconds since 1970, included
 */
export function closedQuery(filter: FleetFilter, from: number | undefined, to: number): string {
  const { outcome } = filter;
  return allOf([
    ...fleetConditions(filter),
    `ExecutionStatus != 'Running'`,
    ...(outcome === undefined ? [] : [equals(attributes.outcome.name, outcome)]),
    ...(from === undefined ? [] : [`CloseTime >= ${time(from)}`]),
    // Temporal's times are finer than milliseconds.
    `CloseTime < ${time(to + 1)}`,
  ]);
}

function fleetConditions({ cluster, namespace, name, outcome, until, actor }: FleetFilter): readonly string[] {
  return [
    ...historyQuery(outcome !== undefined),
    equals(attributes.cluster.name, cluster),
    ...(namespace === undefined ? [] : [equals(attributes.namespace.name, namespace)]),
    ...(name === undefined ? [] : [equals(attributes.name.name, name)]),
    ...(until === undefined ? [] : [`StartTime < ${time(until.getTime())}`]),
    ...(actor === undefined
      ? []
      : [`${attributes.triggeredBy.name} IN (${quoted(actor)}, ${quoted(`${actor} (unverified)`)})`]),
  ];
}

/** Temporal counts nanoseconds in 64 bits, which end in 2262: later times are cut off there. */
const LAST_MS = Date.UTC(2262, 0);

function time(ms: number): string {
  return quoted(new Date(Math.min(Math.max(ms, 0), LAST_MS)).toISOString());
}
