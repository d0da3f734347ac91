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

/** The run that an activity keeps the Lease for. */
export interface LeaseGuard {
  readonly canary: CanaryKey;
  readonly fence: Fence;
  readonly lease: LeaseTerm;
  /** Holder of the Lease, as its object names it; workflows of earlier versions don't send it. */
  readonly holder?: string;
  /** UID of the Canary that the Lease was taken for; workflows of earlier versions don't know it. */
  readonly uid?: string | undefined;
}

export interface BeginInput {
  readonly canary: CanaryKey;
  /** Workflow id and first run id: names the holder of the Lease. */
  readonly holder: string;
  readonly leaseSeconds: number;
}

export type Begun = ({ readonly gone?: false } & Takeover) | { readonly gone: true };

/** The release's state as it travels: the activity reads the policy from the spec. */
export type AskedState = Omit<ReleaseState, 'policy'> & {
  readonly knownGeneration: number;
  /** Digest of the approvals in the workflow's policy; absent where it has none. */
  readonly knownApprovals?: string;
  /** The load tests of the workflow's policy; absent where it has none, and from older workflows. */
  readonly knownLoadTests?: readonly string[];
  /** See `annotatedIn`, of the workflow's policy; absent where it has none, and from older workflows. */
  readonly knownAnnotated?: string;
};

export interface ObserveInput extends LeaseGuard {
  readonly standing: AskedState;
  /** Read the API server, not caches. */
  readonly fresh: boolean;
  /** The time of the tick, milliseconds since 1970. */
  readonly asOf: number;
  /**
   * Identifies this observation: the same for all its attempts, even where their times differ. Workflows of earlier
   * versions don't send it: `asOf` identifies theirs.
   */
  readonly look?: string;
}

export interface RestoreOptionsInput {
  readonly canary: CanaryKey;
}

export interface ApplyInput extends LeaseGuard {
  readonly effects: readonly Effect[];
  /** Milliseconds since 1970; part of the names of Events, and their date. */
  readonly at: number;
  /** The generation of the Canary that is handled when this is done. */
  readonly observedGeneration: number;
  /** The approvals that the run knows of, see `World.approvals`; an earlier version doesn't send them. */
  readonly observedApprovals?: string;
  /** Id of the release, for what is saved of it. */
  readonly release?: string;
}

export interface Applied {
  /** The target no longer held the revision to be promoted: nothing after that was done. */
  readonly overtaken: boolean;
  /** What the release ships, where that was to be saved. */
  readonly shipment?: ReleaseArtifacts;
  /** How long before the end weights were written; absent where none were, and from workers of earlier versions. */
  readonly routedMsAgo?: number;
}

/** What a failed activity reports in addition to the error; absent in those of earlier versions. */
export interface FailureDetails {
  /** The events that it recorded before. */
  readonly said: readonly string[];
}

export interface RollBackInput extends LeaseGuard {
  readonly before: readonly Effect[];
  /** Events that an earlier attempt, which failed, has recorded already. */
  readonly told?: readonly string[];
  readonly reason: string;
  /** The status once the primary serves; where the canary has to serve, the weight is corrected. */
  readonly status: StatusEffect | undefined;
  readonly at: number;
  readonly observedGeneration: number;
  readonly observedApprovals?: string;
  /** Epoch of the run whose release another run rolls back: the Lease keeps the result for that run. */
  readonly of?: number;
}

export interface RolledBack {
  readonly servedBy: 'primary' | 'canary';
}

export interface AwaitReadyInput extends LeaseGuard {
  readonly of: 'primary' | 'canary';
  /** The reason reported last; it alone is no reason to return. */
  readonly said: string | undefined;
  /** Earliest return with another reason. */
  readonly quietMs: number;
  /** Latest return, in milliseconds: the release has something to do besides waiting. */
  readonly withinMs?: number;
  /** Return when the target no longer is this revision. */
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
   * Names the release; with a notice's number it is the key by which receivers recognise repetitions. The same for all
   * attempts, and for all runs of a release.
   */
  readonly origin: string;
  readonly round: Round;
}

/** An observation after a promotion. Times are milliseconds since 1970. */
export interface OverseeInput {
  readonly canary: CanaryKey;
  /** Hash of the revision that was promoted. */
  readonly revision: string;
  readonly began: number;
  readonly until: number;
  readonly since: number;
  /** The judge's memory of the release, and of the time after it. */
  readonly ofRelease?: JudgementMemory;
  readonly memory?: JudgementMemory;
}

/** A report about a version after its promotion. */
export interface AnnounceInput {
  readonly canary: CanaryKey;
  readonly revision: string;
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
  /** The condition shows it, too. */
  readonly marked?: true;
  /** Milliseconds since 1970; part of the Event's name, and its date. */
  readonly at: number;
}

export interface UndoInput {
  readonly canary: CanaryKey;
  /** Hash of the revision to undo, and the id of its release. */
  readonly revision: string;
  readonly release: string;
  readonly reason: string;
  /** Repetitions of the same order have the same id. */
  readonly requestId: string;
}

export interface Undone {
  /** Why it was refused, where it was. */
  readonly refused?: string;
}

export interface LoadTestInput {
  readonly canary: CanaryKey;
  /** Name of the rollout webhook whose command is run. */
  readonly hook: string;
}

/**
 * Work that was not done in the time allowed. It continues: a caller with the same input in the same process gets its
 * result.
 */
export interface Unfinished {
  readonly unfinished: true;
}

/** What a workflow task may do itself, see `TaskWork`: each returns within the given milliseconds. */
export interface ShortActivities {
  readonly begin: (input: BeginInput, withinMs: number) => Promise<Begun | Unfinished>;
  readonly observe: (input: ObserveInput, withinMs: number) => Promise<Findings | Unfinished>;
}

/** All I/O of the workflows. Each is idempotent: Temporal may run it more than once. */
export interface Activities {
  /** Takes the Canary's Lease and reads the status that the last run left. */
  readonly begin: (input: BeginInput) => Promise<Begun>;
  readonly observe: (input: ObserveInput) => Promise<Findings>;
  /** What the cluster still has, for orders about ended releases. */
  readonly recall: (input: RestoreOptionsInput) => Promise<RestoreOptions>;
  readonly apply: (input: ApplyInput) => Promise<Applied>;
  readonly rollBack: (input: RollBackInput) => Promise<RolledBack>;
  /** Returns when pods are ready, or there is a new reason why they aren't. */
  readonly awaitReady: (input: AwaitReadyInput) => Promise<Readiness | 'changed'>;
  readonly callHooks: (input: CallHooksInput) => Promise<HookRound>;
  /** Notifies all recipients; those that can't be notified now are tried again later. */
  readonly deliver: (input: DeliverInput) => Promise<readonly DeliveryResult[]>;
  /** Stores a part of a release in the archive. */
  readonly archive: (input: ArchiveInput) => Promise<Archived>;
  readonly loadTest: (input: LoadTestInput) => Promise<LoadTestSummary>;
  /** Observes a promoted version. */
  readonly oversee: (input: OverseeInput) => Promise<Overseen>;
  readonly announce: (input: AnnounceInput) => Promise<void>;
  /** Orders an undo, as a person would. */
  readonly undo: (input: UndoInput) => Promise<Undone>;
  /** The janitor's round. */
  readonly sweep: () => Promise<SweepReport>;
}

/** As registered by a worker: without a time limit the caller gets the whole answer. */
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
  /** Releases whose runs were terminated from outside, and which were passed to the archive. */
  readonly archived?: readonly string[];
}
