import type { Approvals } from './approvals/rules.js';
import type { PolicyGateName } from './approvals/gates.js';
import type { Gate } from './approvals/gates.js';
import type { CanaryKey } from './identity.js';
import type { JudgementMemory } from './decision/judged.js';
import type { Topic } from './notices/notice.js';
import type { UnreadySides } from './unready.js';
import { isActive, type Phase } from './phases.js';
import type { Policy } from './policy.js';
import type { Offloaded, RecordEntry } from './record/record.js';
import type { KnownRevisions, Revision } from './revision.js';
import type { ReleaseArtifacts } from './record/artifacts.js';
import type { RollbackWhy } from './decision/step.js';

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

/** A gate that isn't open, and the webhook that keeps it closed. */
export interface HookGate {
  readonly gate: Gate;
  readonly hook: string;
  readonly since: number;
  /** What waits there; of a gate that an earlier version has closed it isn't known. */
  readonly revision?: Revision;
  /** It isn't asked again before this, whatever wakes the release; not so where an earlier version has closed it. */
  readonly askedAgainAt?: number;
}

/** A gate that the policy keeps closed until enough people have approved. What it demands, the newest policy says. */
export interface PolicyGate {
  readonly gate: PolicyGateName;
  readonly atWeight?: number;
  readonly since: number;
  /** What waits there: approvals are for this only. */
  readonly revision: Revision;
  /** How long it stood still in pauses, which doesn't count for its expiry. */
  readonly stoodStillMs: number;
  /** It has expired and goes on waiting, which has been said. */
  readonly expired?: true;
  /** Of the gate `rollback`: why the release is to be rolled back. */
  readonly why?: RollbackWhy;
}

export type ClosedGate = HookGate | PolicyGate;

export interface Pause {
  readonly by: string;
  readonly reason: string;
  readonly since: number;
}

/** A promotion that is being undone. */
export interface Undoing {
  /**
   * What comes next: traffic to the warm pods of the former version where there are some, the former version back into
   * the primary, or traffic home to it.
   */
  readonly stage: 'divert' | 'restore' | 'home';
  readonly by: string;
  readonly reason: string;
  /** Hash of the revision that comes back; empty where it isn't known. */
  readonly to: string;
  /** The canary's Service leads to the warm pods, which serve everybody. */
  readonly diverted?: true;
}

/** Where a release stands: everything the core needs to decide. Plain JSON; times are milliseconds since 1970. */
export interface ReleaseState extends KnownRevisions {
  readonly canary: CanaryKey;
  /** The run was started because another died: roll back, don't resume. */
  readonly recover: boolean;
  /** As read last; undefined until the first look. */
  readonly policy: Policy | undefined;
  /** `metadata.generation` as seen last, of a valid spec or not. */
  readonly generation: number;
  readonly phase: Phase;
  /** Percent of traffic on the canary, as last ordered. */
  readonly weight: number;
  readonly failedChecks: number;
  /** Failed checks in a row; undefined where nobody counts them, or there was none. */
  readonly failedInARow?: number | undefined;
  /** Analyses in a row that came to no judgement because a metrics provider failed. */
  readonly unknownChecks: number;
  /** When the last such check was, milliseconds since 1970; undefined where there was none. */
  readonly unknownAt?: number | undefined;
  /** What the judge remembers of the revision under way; nothing before its first look. */
  readonly judgement?: JudgementMemory | undefined;
  /** Since when, in milliseconds since 1970, no window of its counts has counted; undefined where the last one has. */
  readonly notCountedSince?: number | undefined;
  /** Completed iterations of an A/B or Blue/Green analysis. */
  readonly iterations: number;
  /** Pre-rollout hooks have passed for the present revision. */
  readonly prepared: boolean;
  /** The analysis of the present revision has begun. */
  readonly begun: boolean;
  /** The primary can't serve after a failed promotion: all traffic stays on the canary until a new one is promoted. */
  readonly stranded: boolean;
  /** The primary wasn't ready when the release began: it doesn't wait for what it may mend. */
  readonly mending?: boolean | undefined;
  /** The version that was promoted before is on its way back into the primary, which couldn't roll the next one out. */
  readonly returning?: boolean | undefined;
  readonly paused: Pause | undefined;
  readonly gate: ClosedGate | undefined;
  /** Gates a person has opened for the revision under way; used up as they are passed. */
  readonly approved: readonly Gate[];
  /** What people have approved at gates of the policy. */
  readonly approvals: Approvals | undefined;
  /** Everybody who has asked for this release, as far as that is known. */
  readonly triggers: readonly string[];
  /** A person wants this revision promoted without further analysis. */
  readonly promoteNow: boolean;
  /** A person wants the version from before the last promotion back. */
  readonly undoing?: Undoing | undefined;
  /** A person wants the revision that has failed released again. */
  readonly again?: boolean;
  /** A person wants the next step without the analysis of this one. */
  readonly skipStep?: boolean;
  /** The primary has been given the pods that all of the traffic takes: once, an autoscaler goes on from there. */
  readonly grown?: boolean;
  /** The analysis isn't due before this. */
  readonly checkDueAt: number;
  /** The weight stands since then. */
  readonly weightSince: number;
  /** Drift that was corrected last. */
  readonly lastDrift: readonly string[];
  /** Something that a person must mend has kept the release from going on since then. */
  readonly stuckSince?: number | undefined;
  /** Workloads that aren't ready, and since when. */
  readonly unready?: UnreadySides | undefined;
}

/** Something a person must mend, and how often in a row it was met. */
export interface Problem {
  readonly text: string;
  readonly count: number;
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

/** The whole state of a run. */
export interface RunState extends ReleaseState {
  readonly version: 1;
  readonly cause: Change;
  readonly startedAt: number;
  readonly waiting: Waiting;
  /** Digest of the annotation with the approvals that this run has dealt with; empty where there was none. */
  readonly observedApprovals: string;
  /** The Canary's condition says that its spec can't be carried out, which may not be so any more. */
  readonly markedInvalid: boolean;
  /** What the condition says besides can't be put right of what is generated. */
  readonly refusals?: string | undefined;
  /** The next look must read the API server, not a cache: something has just been reported as changed. */
  readonly fresh: boolean;
  /** A write was refused because somebody else has taken over; the next look tells who. */
  readonly contested?: true;
  /** Last text said about something a person must mend, and how often in a row. */
  readonly problem: Problem | undefined;
  /** Fencing token of the run; 0 until the Lease is taken. */
  readonly epoch: number;
  /** Of the Canary that the Lease was taken for; runs of earlier versions don't know. */
  readonly uid?: string | undefined;
  /** Number of the next batch of effects within the epoch. */
  readonly seq: number;
  /** Ids of the last orders that were taken. */
  readonly requests: readonly string[];
  /** What has happened, without what has been handed over. */
  readonly record: readonly RecordEntry[];
  /** Entries that earlier versions have dropped from the middle of a long record. */
  readonly recordDropped: number;
  readonly handedOver: Offloaded;
  /** Whether there is an archive; undefined where the run began under a version that didn't look. */
  readonly archives?: boolean;
  /** Messages that are said once for a revision, however often the tick comes by. */
  readonly said: readonly string[];
  /** Events of decisions that failed after they were recorded: tried again, they aren't said again. */
  readonly told?: readonly string[] | undefined;
  readonly ending: Ending | undefined;
  /** What the present revision ships, as far as it has been seen. */
  readonly shipment?: ReleaseArtifacts;
  /** Alerts that are raised and not over yet. */
  readonly raised: readonly Topic[];
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
