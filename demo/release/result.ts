import type { RecordEntry } from '../../src/domain/record/record.js';
import type { CanaryEvent } from '../watch/events.js';
import type { ReleasePlan } from './plan.js';

/** How a release went. */
export interface ReleaseResult {
  readonly plan: ReleasePlan;
  /** Hash of the pod template that was released; empty where the run said none. */
  readonly revision: string;
  /** As the run in Temporal says it, `promoted` or `rolled-back` for instance. */
  readonly outcome: string;
  /** The canary's, in the order in which they were set. */
  readonly weights: readonly number[];
  /** From the change of the image until the Canary rested again. */
  readonly seconds: number;
  readonly requests: number;
  readonly requestsByVersion: Readonly<Record<string, number>>;
  readonly failedRequests: number;
  /** What went wrong with the failed ones, and how often. */
  readonly failures: Readonly<Record<string, number>>;
  readonly events: readonly CanaryEvent[];
  readonly workflowId: string;
  readonly runId: string;
}

/** The weights that a run has set, without those that only repeat the one before. */
export function weightsOf(record: readonly RecordEntry[]): number[] {
  const weights = record.flatMap((entry) => (entry.what === 'weight' ? [entry.canary] : []));
  return weights.filter((weight, index) => weight !== weights[index - 1]);
}

/** What isn't as it should be; nothing where all is well. */
export function complaintsAbout({ plan, outcome, failedRequests }: ReleaseResult): string[] {
  return [
    ...(outcome === plan.expected ? [] : [`it should have been ${plan.expected}`]),
    ...(plan.kind === 'good' && failedRequests > 0 ? ['not one request should have failed'] : []),
  ];
}
