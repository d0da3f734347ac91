import { defineSearchAttributeKey, type SignalDefinition, type UpdateDefinition } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Aftercare } from '../domain/aftercare/aftercare.js';
import type { PolicyGateName } from '../domain/approvals/gates.js';
import type { Gate } from '../domain/approvals/gates.js';
import type { CanaryKey } from '../domain/identity.js';
import { byOrder, type OrderName } from '../domain/orders/catalogue.js';
import type { Order } from '../domain/orders/orders.js';
import type { Channel } from '../domain/orders/channel.js';
import type { Outbox, Undelivered } from '../domain/notices/outbox.js';
import type { EndedRelease, Outcome } from '../domain/record/outcome.js';
import type { Phase } from '../domain/phases.js';
import type { RecordEntry } from '../domain/record/record.js';
import type { Change, RunState } from '../domain/state.js';

/**
 * Everything that clients of the workflows need to know: names, types, ids. API, CLI and watch import this and nothing
 * else of this folder.
 */

export type { Outcome } from '../domain/record/outcome.js';

export const ROLLOUT = 'rollout';
export const JANITOR = 'janitor';
export const ARCHIVE = 'archive';
export const AFTERCARE = 'aftercare';

/** The id that makes two releases of one Canary at once impossible. */
export function workflowIdOf(canary: CanaryKey): string {
  return `canary/${canary.cluster}/${canary.namespace}/${canary.name}`;
}

/** The other way round. @returns undefined for anything else than the id of a Canary's workflow */
export function canaryOfWorkflow(workflowId: string): CanaryKey | undefined {
  const [prefix, cluster, namespace, name, ...rest] = workflowId.split('/');
  if (prefix !== 'canary' || rest.length > 0) return undefined;
  if (cluster === undefined || namespace === undefined || name === undefined) return undefined;
  return { cluster, namespace, name };
}

/** The queue of workflows and of activities that look and apply. */
export function taskQueueOf(cluster: string): string {
  return `serinus-${cluster}`;
}

/** A queue of its own, so that a rollback never waits behind ticks. */
export function rollbackQueueOf(cluster: string): string {
  return `serinus-${cluster}-rollback`;
}

/** Load tests are long and busy; they don't take the slots of ticks. */
export function loadQueueOf(cluster: string): string {
  return `serinus-${cluster}-load`;
}

/** Receivers of notices may be slow; nothing else waits behind them. */
export function noticesQueueOf(cluster: string): string {
  return `serinus-${cluster}-notices`;
}

/** Of the workflow that delivers what a release could not deliver before it ended. */
export function deliveryIdOf(canary: CanaryKey, origin: string, seq: number): string {
  return `notices/${canary.cluster}/${canary.namespace}/${canary.name}/${origin}.${seq}`;
}

/**
 * Of the workflow that brings a part of a release into the archive.
 *
 * @param part the number of a piece of the record, or what the last one is called
 */
export function archiveIdOf(
  cluster: string,
  release: string,
  part: number | 'end' | 'watched' | `end.${number}`,
): string {
  return `archive/${cluster}/${release}/${part}`;
}

/** Of the workflow that watches a version after its promotion. */
export function aftercareIdOf(cluster: string, release: string): string {
  return `aftercare/${cluster}/${release}`;
}

export function janitorScheduleOf(cluster: string): string {
  return `janitor/${cluster}`;
}

/**
 * What a run is started with. People who start one by hand, to give an order by `temporal workflow signal-with-start`,
 * may leave everything out: the workflow id says which Canary it is.
 */
export interface RolloutInput {
  readonly canary: CanaryKey;
  readonly cause: Change;
  /** Shortest term of the Lease in seconds. */
  readonly leaseSeconds: number;
  /** Orders that a run which had just ended has handed on. */
  readonly orders?: readonly Order[];
  /** Where a long run goes on after it has continued as new. */
  readonly resume?: Resume;
}

export interface Resume {
  readonly state: RunState;
  /** What was still to be delivered. */
  readonly outbox?: Outbox;
  /** The runs that the release has gone through before. */
  readonly runs?: readonly string[];
}

export interface DeliveryInput {
  readonly canary: CanaryKey;
  /** See `DeliverInput.origin`. */
  readonly origin: string;
  readonly outbox: Outbox;
  /** From earlier runs of a long delivery. */
  readonly undelivered?: readonly Undelivered[];
}

/** What came of a delivery that a release has left behind. */
export interface DeliveryOutcome {
  readonly canary: CanaryKey;
  /** What will never be delivered. */
  readonly undelivered: readonly Undelivered[];
}

export interface AftercareInput {
  readonly aftercare: Aftercare;
  /** The release as it ended, to be archived anew with what was seen since; absent where nothing is archived. */
  readonly ended?: Outcome;
  /** Workflows that bring earlier parts of the release into the archive. */
  readonly after: readonly string[];
  /** What was still to be delivered, of a run that continued as new. */
  readonly outbox?: Outbox;
}

/** What is brought into the archive: a piece of a record, or, when a release has ended, the rest. */
export type ArchiveInput = {
  readonly canary: CanaryKey;
  /** Id of the release. */
  readonly release: string;
} & (
  | {
      readonly part: 'record';
      /** Position of the first entry in the whole record. */
      readonly from: number;
      readonly entries: readonly RecordEntry[];
    }
  | {
      readonly part: 'end';
      readonly ended: EndedRelease;
      /** Workflows that bring earlier parts: whoever finds the release in the archive finds its whole record. */
      readonly after: readonly string[];
    }
);

export interface Archived {
  /** Where it is kept; undefined where there is no archive. */
  readonly store: string | undefined;
}

/** What people send; everything may be missing when it comes as a signal from the Temporal UI or CLI. */
export interface OrderRequest {
  readonly order: OrderName;
  readonly by?: string;
  readonly reason?: string;
  readonly requestId?: string;
  readonly channel?: Channel;
  readonly revision?: string;
  readonly gate?: Gate | PolicyGateName;
  /** Of an approval or its refusal: the canary's share of the traffic, in percent, that the person saw it wait at. */
  readonly atWeight?: number;
  /**
   * The groups of `by`, from whoever has verified who that is: the API. Absent where nobody has, as in a signal from
   * the Temporal UI; whoever writes to Temporal directly can claim any.
   */
  readonly groups?: readonly string[];
  readonly weight?: number;
  /** Id of the release that an order for a release that has ended is about. */
  readonly of?: string;
}

export type OrderDetails = Omit<OrderRequest, 'order'>;

/** What became of an order. */
export interface OrderReceipt {
  readonly taken: boolean;
  /** Why it wasn't. */
  readonly refused?: string;
  /** The release had just ended: the run that follows has the order and answers whoever sends it again. */
  readonly handedOn?: boolean;
  readonly phase: Phase;
  readonly weight: number;
  /** The run that has answered; missing in answers of earlier versions. */
  readonly runId?: string;
}

/** What a submitted change means for the run that got it. */
export type SubmitVerdict = 'started' | 'restarts' | 'under-way' | 'queued' | 'noted';

export interface SubmitAnswer {
  readonly verdict: SubmitVerdict;
  readonly runId: string;
}

export const submitUpdate = defineUpdate<SubmitAnswer, [Change]>('submit');
export const submitSignal = defineSignal<[Change]>('submit');
export const stateQuery = defineQuery<RunView>('state');
export const aftercareQuery = defineQuery<Aftercare>('aftercare');

/** Each order may be sent as an update, which answers, or as a signal of the same name, which is kept whoever is down. */
export const orderUpdates: Readonly<Record<OrderName, UpdateDefinition<OrderReceipt, [OrderDetails]>>> = byOrder(
  (order) => defineUpdate<OrderReceipt, [OrderDetails]>(order),
);

export const orderSignals: Readonly<Record<OrderName, SignalDefinition<[OrderDetails]>>> = byOrder((order) =>
  defineSignal<[OrderDetails]>(order),
);

/** What the `state` query answers: the whole state of a run, closed ones included. */
export interface RunView {
  readonly state: RunState | undefined;
  /** Kept apart from the state so that readers need not know how the core waits. */
  readonly waitsFor: string;
  readonly ended: boolean;
  /** Ids of the runs that the release has gone through, this one last; missing from runs of earlier versions. */
  readonly runs?: readonly string[];
}

/** Not encrypted: no secrets in here. */
export const searchAttributes = {
  cluster: defineSearchAttributeKey('CanaryCluster', 'KEYWORD'),
  namespace: defineSearchAttributeKey('CanaryNamespace', 'KEYWORD'),
  name: defineSearchAttributeKey('CanaryName', 'KEYWORD'),
  revision: defineSearchAttributeKey('CanaryRevision', 'KEYWORD'),
  phase: defineSearchAttributeKey('CanaryPhase', 'KEYWORD'),
  outcome: defineSearchAttributeKey('CanaryOutcome', 'KEYWORD'),
  waiting: defineSearchAttributeKey('CanaryWaiting', 'KEYWORD'),
  triggeredBy: defineSearchAttributeKey('CanaryTriggeredBy', 'KEYWORD'),
  requestId: defineSearchAttributeKey('CanaryRequestId', 'KEYWORD'),
  weight: defineSearchAttributeKey('CanaryWeight', 'INT'),
} as const;

/** The type of the failure that an update of an order ends with when it can't be carried out. */
export const ORDER_REFUSED = 'OrderRefused';
