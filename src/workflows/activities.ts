import type { Overseen } from '../domain/aftercare/aftercare.js';
import type { JudgementMemory } from '../domain/decision/judged.js';
import type { Effect, StatusEffect } from '../domain/decision/effects.js';
import type { Fence } from '../domain/decision/fence.js';
import type { Findings, HookRound, Readiness } from '../domain/findings.js';
import type { CanaryKey } from '../domain/identity.js';
import type { Takeover } from '../domain/initial.js';
import type { Round, DeliveryResult } from '../domain/notices/outbox.js';
import type { Phase } from '../domain/phases.js';
import type { LeaseTerm } from '../domain/decision/plan.js';
import type { RestoreOptions } from '../domain/orders/restore-options.js';
import type { HookType } from '../domain/policy.js';
import type { LoadTestSummary } from '../domain/record/record.js';
import type { ReleaseArtifacts } from '../domain/record/artifacts.js';
import type { ReleaseState } from '../domain/state.js';
import type { Archived, ArchiveInput } from './contract.js';

/** Who asks, for activities that keep the Lease alive. */
export interface LeaseGuard {
  readonly canary: CanaryKey;
  readonly fence: Fence;
  readonly lease: LeaseTerm;
  /** Whoever took the Lease, as it stands there; workflows of earlier versions don't say. */
  readonly holder?: string;
  /** Of the Canary that the Lease was taken for; workflows of earlier versions don't know. */
  readonly uid?: string | undefined;
}

export interface BeginInput {
  readonly canary: CanaryKey;
  /** Workflow id and first run id: names the holder of the Lease. */
  readonly holder: string;
  readonly leaseSeconds: number;
}

export type Begun = ({ readonly gone?: false } & Takeover) | { readonly gone: true };

/** The standing as it travels: the activity reads the policy from the spec. */
export type AskedState = Omit<ReleaseState, 'policy'> & {
  readonly knownGeneration: number;
  /** Digest of the approvals in the policy that the workflow has; absent where it has none. */
  readonly knownApprovals?: string;
  /** The load tests of the policy that the workflow has; absent where it has none, and from older workflows. */
  readonly knownLoadTests?: readonly string[];
  /** See `annotatedIn`, of the policy that the workflow has; absent where it has none, and from older workflows. */
  readonly knownAnnotated?: string;
};

export interface ObserveInput extends LeaseGuard {
  readonly standing: AskedState;
  /** Read the API server, not caches. */
  readonly fresh: boolean;
  /** When the tick is taken to happen, milliseconds since 1970. */
  readonly asOf: number;
  /**
   * Tells this look from every other, and is the same for all attempts of it, also where the time they are taken to
   * happen isn't. Workflows of earlier versions don't say: `asOf` tells theirs apart.
   */
  readonly look?: string;
}

export interface RestoreOptionsInput {
  readonly canary: CanaryKey;
}

export interface ApplyInput extends LeaseGuard {
  readonly effects: readonly Effect[];
  /** Milliseconds since 1970; names and dates Events. */
  readonly at: number;
  /** The generation of the Canary that is dealt with when this is done. */
  readonly observedGeneration: number;
  /** The approvals that the run knows of, see `World.approvals`; an earlier version doesn't say. */
  readonly observedApprovals?: string;
  /** Id of the release, for what is kept of it. */
  readonly release?: string;
}

export interface Applied {
  /** The target was no longer what was to be promoted: nothing after that was done. */
  readonly overtaken: boolean;
  /** What the release ships, where that was to be kept. */
  readonly shipment?: ReleaseArtifacts;
  /** How long before the end weights were written; absent where none were, or by workers of earlier versions. */
  readonly routedMsAgo?: number;
}

/** What an activity that failed tells besides why; those of earlier versions don't. */
export interface FailureDetails {
  /** The events that it had recorded before. */
  readonly said: readonly string[];
}

export interface RollBackInput extends LeaseGuard {
  readonly before: readonly Effect[];
  /** Events that an attempt before, which failed, has recorded already. */
  readonly told?: readonly string[];
  readonly reason: string;
  /** As it shall read when the primary serves; where the canary has to, the weight is corrected. */
  readonly status: StatusEffect | undefined;
  readonly at: number;
  readonly observedGeneration: number;
  readonly observedApprovals?: string;
  /** Epoch of the run whose release it is, where another one rolls it back: that run is left word. */
  readonly of?: number;
}

export interface RolledBack {
  readonly servedBy: 'primary' | 'canary';
}

export interface AwaitReadyInput extends LeaseGuard {
  readonly of: 'primary' | 'canary';
  /** The reason that was said last; it alone isn't worth coming back for. */
  readonly said: string | undefined;
  /** Don't come back with another reason before this has passed. */
  readonly quietMs: number;
  /** Come back after this, milliseconds: the release has something to do besides waiting. */
  readonly withinMs?: number;
  /** Come back when the target is no longer this revision. */
  readonly revision: string | undefined;
}

export interface CallHooksInput {
  readonly canary: CanaryKey;
  readonly type: HookType;
  readonly phase: Phase;
  /** Names the release, see `DeliverInput.origin`. */
  readonly origin?: string;
}

export interface DeliverInput {
  readonly canary: CanaryKey;
  /**
   * Names the release; with a notice's number it is what receivers tell repetitions by. The same for all attempts, and
   * for all runs that a release continues in.
   */
  readonly origin: string;
  readonly round: Round;
}

/** A look after a promotion. Times are milliseconds since 1970. */
export interface OverseeInput {
  readonly canary: CanaryKey;
  /** Hash of the revision that was promoted. */
  readonly revision: string;
  readonly began: number;
  readonly until: number;
  readonly since: number;
  /** What the judge remembers of the release, and of the time after it. */
  readonly ofRelease?: JudgementMemory;
  readonly memory?: JudgementMemory;
}

/** What is said of a version after its promotion. */
export interface AnnounceInput {
  readonly canary: CanaryKey;
  readonly revision: string;
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
  /** On the condition, too. */
  readonly marked?: true;
  /** Milliseconds since 1970; names and dates the Event. */
  readonly at: number;
}

export interface UndoInput {
  readonly canary: CanaryKey;
  /** Hash of the revision that is to be undone, and the id of its release. */
  readonly revision: string;
  readonly release: string;
  readonly reason: string;
  /** The same order has the same id, however often it is given. */
  readonly requestId: string;
}

export interface Undone {
  /** Why it was refused, where it was. */
  readonly refused?: string;
}

export interface LoadTestInput {
  readonly canary: CanaryKey;
  /** Name of the rollout webhook whose command is carried out. */
  readonly hook: string;
}

/**
 * Something could not be done in the time that it was given. It goes on: whoever asks for the very same in the same
 * process gets what comes of it.
 */
export interface Unfinished {
  readonly unfinished: true;
}

/** What a workflow task may do itself, see `TaskWork`: each comes back within the milliseconds that it is given. */
export interface ShortActivities {
  readonly begin: (input: BeginInput, withinMs: number) => Promise<Begun | Unfinished>;
  readonly observe: (input: ObserveInput, withinMs: number) => Promise<Findings | Unfinished>;
}

/** What the workflows ask of the world. Each is idempotent: Temporal may run it more than once. */
export interface Activities {
  /** Takes the Canary's Lease and reads what the last run left. */
  readonly begin: (input: BeginInput) => Promise<Begun>;
  readonly observe: (input: ObserveInput) => Promise<Findings>;
  /** What the cluster still has, for orders of releases that have ended. */
  readonly recall: (input: RestoreOptionsInput) => Promise<RestoreOptions>;
  readonly apply: (input: ApplyInput) => Promise<Applied>;
  readonly rollBack: (input: RollBackInput) => Promise<RolledBack>;
  /** Returns when pods are ready, or there is something new to say about why they aren't. */
  readonly awaitReady: (input: AwaitReadyInput) => Promise<Readiness | 'changed'>;
  readonly callHooks: (input: CallHooksInput) => Promise<HookRound>;
  /** Tells everybody who listens; who can't be told now is told of again. */
  readonly deliver: (input: DeliverInput) => Promise<readonly DeliveryResult[]>;
  /** Brings a part of a release into the archive. */
  readonly archive: (input: ArchiveInput) => Promise<Archived>;
  readonly loadTest: (input: LoadTestInput) => Promise<LoadTestSummary>;
  /** Looks at a version that has been promoted. */
  readonly oversee: (input: OverseeInput) => Promise<Overseen>;
  readonly announce: (input: AnnounceInput) => Promise<void>;
  /** Orders an undo, as a person would. */
  readonly undo: (input: UndoInput) => Promise<Undone>;
  /** The janitor's round. */
  readonly sweep: () => Promise<SweepReport>;
}

/** As a worker has them: whoever names no time gets the whole answer. */
export type RegisteredActivities = Omit<Activities, keyof ShortActivities> & {
  readonly [Name in keyof ShortActivities]: (
    input: Parameters<Activities[Name]>[0],
    withinMs?: number,
  ) => Promise<Awaited<ReturnType<Activities[Name]>> | Unfinished>;
};

export interface SweepReport {
  readonly looked: number;
  readonly recovered: readonly string[];
  readonly resubmitted: readonly string[];
  readonly stuck: readonly string[];
  /** Releases whose runs were ended from outside, and which were handed to the archive. */
  readonly archived?: readonly string[];
}
