import { NO_RELEASE } from '../../domain/state.js';
import { ROLLOUT, searchAttributes as attributes } from '../../workflows/contract.js';

/** A condition of Temporal's list filter. */
export function equals(attribute: string, value: string): string {
  return `${attribute} = ${quoted(value)}`;
}

export function allOf(conditions: readonly string[]): string {
  return conditions.join(' AND ');
}

/**
 * Which runs are listed. A run that continued as new is left out while the release goes on in the next: that one stands
 * for both.
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

/** Open runs that wait for a person. */
export function waitingQuery(): string[] {
  return [equals('WorkflowType', ROLLOUT), "ExecutionStatus = 'Running'", `${attributes.waiting.name} IS NOT NULL`];
}

/** Names of Kubernetes need no escapes; what else could come here must not end the string. */
function quoted(value: string): string {
  return `'${value.replace(/[\\']/g, (character) => `\\${character}`)}'`;
}
