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

/** Why a run was requested, and by whom. The change only wakes the run, which reads its content from the cluster. */
export interface Change {
  /** Every reporter of the same change gives it the same id. */
  readonly id: string;
  readonly kind: 'spec' | 'target' | 'config' | 'drift' | 'deletion' | 'recover' | 'request' | 'gate' | 'order';
  /** A person, a Kubernetes field manager, or a part of Serinus. */
  readonly by: string;
  readonly reason?: string;
  /** Hash of the revision concerned, where it is known. */
  readonly revision?: string;
  /** The spec and target as the reporter has seen them; absent where the change concerns neither. */
  readonly generation?: number;
  readonly seen?: Revision;
  /** Id of the release that the order is for. */
  readonly of?: string;
  /** Of an API request: a repeated request has the same id. */
  readonly requestId?: string;
}

/** What the driver waits for. */
export type Waiting =
  /** `fresh`: the next observation reads the API server, not a cache. */
  | { readonly for: 'tick'; readonly at: number; readonly fresh?: true }
  | {
      readonly for: 'readiness';
      readonly of: 'primary' | 'canary';
      readonly said: string | undefined;
      readonly saidAt: number;
      /** The next observation, ready or not: the analysis is due, or the wait has lasted too long. */
      readonly until?: number;
    }
  | { readonly for: 'hooks' }
  | { readonly for: 'order' }
  | { readonly for: 'nothing' };

/** Where a release stands: all that the core needs to decide. Plain JSON; times are milliseconds since 1970. */
export interface ReleaseState extends KnownRevisions, AnalysisState, PrimaryState, ApprovalState, Intents, Hindrances {
  readonly canary: CanaryKey;
  /** The run was started because another one died: roll back, don't resume. */
  readonly recover: boolean;
  /** As read last; undefined until the first observation. */
  readonly policy: Policy | undefined;
  /** `metadata.generation` as seen last, of a valid spec or an invalid one. */
  readonly generation: number;
  readonly phase: Phase;
}

/** How a run ended. */
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

/** Outcomes of runs that released nothing. */
export const NO_RELEASE = ['reconciled', 'refused', 'suspended', 'gone'] as const satisfies readonly OutcomeKind[];

export interface Ending {
  readonly kind: OutcomeKind;
  readonly reason: string;
}

/** The run's claim to write: it holds as long as no other run has taken the Lease over. */
export interface LeaseHold {
  /** Fencing token of the run; 0 until the Lease is taken. */
  readonly epoch: number;
  /** UID of the Canary that the Lease was taken for; runs of earlier versions don't know it. */
  readonly uid?: string | undefined;
  /** Number of the next batch of effects within the epoch. */
  readonly seq: number;
  /** A write was refused because another run holds the Lease; the next observation shows which. */
  readonly contested?: true;
}

/**
 * The whole state of a run. It is flat, because it travels: queries, runs that continue as new and recorded histories
 * hold it. Fields that belong together are grouped as types, each in the room that decides about it.
 */
export interface RunState extends ReleaseState, LeaseHold, RecordState, Said, Complaints {
  readonly version: 1;
  readonly cause: Change;
  readonly startedAt: number;
  readonly waiting: Waiting;
  /** Digest of the approvals annotation that this run has handled; empty where there was none. */
  readonly observedApprovals: string;
  /** The next observation must read the API server, not a cache: a change has just been reported. */
  readonly fresh: boolean;
  /** Ids of the last orders that were accepted. */
  readonly requests: readonly string[];
  readonly ending: Ending | undefined;
}

/** @throws Error where the policy isn't known yet: a bug in the core */
export function policyOf(state: ReleaseState): Policy {
  if (state.policy === undefined) throw new Error('the policy was needed before it was read');
  return state.policy;
}

/**
 * When a blocked release is rolled back: it must not wait for ever with users on its canary. A pause is intended, so it
 * doesn't count.
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
