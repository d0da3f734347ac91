import type { ApprovalState } from './approvals/approval-state.js';
import type { AnalysisState } from './decision/analysis-state.js';
import type { Complaints, Hindrances } from './decision/diagnostics.js';
import type { PrimaryState } from './decision/primary-state.js';
import type { Said } from './notices/said.js';
import type { Intents } from './orders/intents.js';
import type { RecordState } from './record/record-state.js';
import type { CanaryKey } from './identity.js';
import { isActive, type Phase } from './phases.js';
import type { Policy } from './policy.js';
import type { KnownRevisions, Revision } from './revision.js';

/** Why a run was asked for, and by whom. It wakes the run; what the change is, the run reads from the cluster. */
export interface Change {
  /** The same change has the same id, whoever reports it. */
  readonly id: string;
  readonly kind: 'spec' | 'target' | 'config' | 'drift' | 'deletion' | 'recover' | 'request' | 'gate' | 'order';
  /** A person, a Kubernetes field manager, or a part of Serinus. */
  readonly by: string;
  readonly reason?: string;
  /** Hash of the revision it is about, where that is known. */
  readonly revision?: string;
  /** What its reporter has seen of the spec and of the target; absent where that isn't what it is about. */
  readonly generation?: number;
  readonly seen?: Revision;
  /** Id of the release that it was ordered of. */
  readonly of?: string;
  /** Of a request by API: the same request has the same id. */
  readonly requestId?: string;
}

/** What the driver waits for. */
export type Waiting =
  /** `fresh`: the look then reads the API server, not a cache. */
  | { readonly for: 'tick'; readonly at: number; readonly fresh?: true }
  | {
      readonly for: 'readiness';
      readonly of: 'primary' | 'canary';
      readonly said: string | undefined;
      readonly saidAt: number;
      /** Looked at again then, ready or not: the analysis is due, or the waiting has lasted too long. */
      readonly until?: number;
    }
  | { readonly for: 'hooks' }
  | { readonly for: 'order' }
  | { readonly for: 'nothing' };

/** Where a release stands: everything the core needs to decide. Plain JSON; times are milliseconds since 1970. */
export interface ReleaseState extends KnownRevisions, AnalysisState, PrimaryState, ApprovalState, Intents, Hindrances {
  readonly canary: CanaryKey;
  /** The run was started because another died: roll back, don't resume. */
  readonly recover: boolean;
  /** As read last; undefined until the first look. */
  readonly policy: Policy | undefined;
  /** `metadata.generation` as seen last, of a valid spec or not. */
  readonly generation: number;
  readonly phase: Phase;
}

/** What became of a run. */
export type OutcomeKind =
  | 'initialized'
  | 'promoted'
  | 'rolled-back'
  | 'aborted'
  | 'rejected'
  | 'promotion-failed'
  | 'undone'
  | 'superseded'
  | 'reconciled'
  | 'refused'
  | 'suspended'
  | 'terminated'
  | 'gone'
  | 'fenced';

/** Outcomes of runs in which nothing was released. */
export const NO_RELEASE = ['reconciled', 'refused', 'suspended', 'gone'] as const satisfies readonly OutcomeKind[];

export interface Ending {
  readonly kind: OutcomeKind;
  readonly reason: string;
}

/** What a run writes by: it has a say for as long as nobody else has taken the Lease over. */
export interface LeaseHold {
  /** Fencing token of the run; 0 until the Lease is taken. */
  readonly epoch: number;
  /** Of the Canary that the Lease was taken for; runs of earlier versions don't know. */
  readonly uid?: string | undefined;
  /** Number of the next batch of effects within the epoch. */
  readonly seq: number;
  /** A write was refused because somebody else has taken over; the next look tells who. */
  readonly contested?: true;
}

/**
 * The whole state of a run. It is flat, because it travels: queries, runs that continue as new and recorded histories hold
 * it. What belongs together stands together as a type, in the room that decides about it.
 */
export interface RunState extends ReleaseState, LeaseHold, RecordState, Said, Complaints {
  readonly version: 1;
  readonly cause: Change;
  readonly startedAt: number;
  readonly waiting: Waiting;
  /** Digest of the annotation with the approvals that this run has dealt with; empty where there was none. */
  readonly observedApprovals: string;
  /** The next look must read the API server, not a cache: something has just been reported as changed. */
  readonly fresh: boolean;
  /** Ids of the last orders that were taken. */
  readonly requests: readonly string[];
  readonly ending: Ending | undefined;
}

/** @throws Error where the policy isn't known yet: a bug in the core */
export function policyOf(state: ReleaseState): Policy {
  if (state.policy === undefined) throw new Error('the policy was needed before it was read');
  return state.policy;
}

/**
 * Since when the release is rolled back that something keeps from going on: it must not stand for ever with users on its
 * canary. A pause is what somebody wants, so it doesn't count.
 */
export function stuckUntil({ phase, paused, policy, stuckSince }: ReleaseState): number | undefined {
  const seconds = policy?.progressDeadlineSeconds;
  if (seconds === undefined || stuckSince === undefined) return undefined;
  if (!isActive(phase) || phase === 'Waiting' || paused) return undefined;
  return stuckSince + seconds * 1000;
}

export function intervalMs(state: ReleaseState): number {
  return policyOf(state).intervalSeconds * 1000;
}
