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
 * Everything that clients of the workflows need to know: names, types, ids. API, CLI and watch import only this file of
 * the folder.
 */

export type { Outcome } from '../domain/record/outcome.js';

export const ROLLOUT = 'rollout';
export const JANITOR = 'janitor';
export const ARCHIVE = 'archive';
export const AFTERCARE = 'aftercare';

/** The id that prevents two simultaneous releases of one Canary. */
export function workflowIdOf(canary: CanaryKey): string {
  return `canary/${canary.cluster}/${canary.namespace}/${canary.name}`;
}

/** The reverse. @returns undefined where the id isn't that of a Canary's workflow */
export function canaryOfWorkflow(workflowId: string): CanaryKey | undefined {
  const [prefix, cluster, namespace, name, ...rest] = workflowId.split('/');
  if (prefix !== 'canary' || rest.length > 0) return undefined;
  if (cluster === undefined || namespace === undefined || name === undefined) return undefined;
  return { cluster, namespace, name };
}

/** The queue of workflows and of activities that observe and apply. */
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

/** Recipients of notices may be slow; nothing else waits behind them. */
export function noticesQueueOf(cluster: string): string {
  return `serinus-${cluster}-notices`;
}

/** Id of the workflow that delivers notices which a release could not deliver before its end. */
export function deliveryIdOf(canary: CanaryKey, origin: string, seq: number): string {
  return `notices/${canary.cluster}/${canary.namespace}/${canary.name}/${origin}.${seq}`;
}

/**
 * Id of the workflow that stores a part of a release in the archive.
 *
 * @param part the number of a piece of the record, or the name of the last one
 */
export function archiveIdOf(
  cluster: string,
  release: string,
  part: number | 'end' | 'watched' | `end.${number}`,
): string {
  return `archive/${cluster}/${release}/${part}`;
}

/** Id of the workflow that watches a version after its promotion. */
export function aftercareIdOf(cluster: string, release: string): string {
  return `aftercare/${cluster}/${release}`;
}

export function janitorScheduleOf(cluster: string): string {
  return `janitor/${cluster}`;
}

/**
 * The input of a run. People who start one by hand, to give an order by `temporal workflow signal-with-start`, may
 * leave everything out: the workflow id names the Canary.
 */
export interface RolloutInput {
  readonly canary: CanaryKey;
  readonly cause: Change;
  /** Shortest term of the Lease in seconds. */
  readonly leaseSeconds: number;
  /** Orders passed on by a run that had just ended. */
  readonly orders?: readonly Order[];
  /** Where a long run continues after it has continued as new. */
  readonly resume?: Resume;
}

export interface Resume {
  readonly state: RunState;
  /** Notices not delivered yet. */
  readonly outbox?: Outbox;
  /** The earlier runs of the release. */
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

/** The result of a delivery that a release has left behind. */
export interface DeliveryOutcome {
  readonly canary: CanaryKey;
  /** What will never be delivered. */
  readonly undelivered: readonly Undelivered[];
}

export interface AftercareInput {
  readonly aftercare: Aftercare;
  /** The release at its end, to be archived again with what was seen since; absent where nothing is archived. */
  readonly ended?: Outcome;
  /** Workflows that store earlier parts of the release in the archive. */
  readonly after: readonly string[];
  /** Notices not delivered yet, of a run that continued as new. */
  readonly outbox?: Outbox;
}

/** An input for the archive: a piece of a record, or, when a release has ended, the rest. */
export type ArchiveInput = {
  readonly canary: CanaryKey;
  /** Id of the release. */
  readonly release: string;
} & (
  | {
      readonly part: 'record';
      /** Index of the first entry in the whole record. */
      readonly from: number;
      readonly entries: readonly RecordEntry[];
    }
  | {
      readonly part: 'end';
      readonly ended: EndedRelease;
      /** Workflows that store earlier parts: whoever finds a release in the archive must find its whole record. */
      readonly after: readonly string[];
    }
);

export interface Archived {
  /** Where it is stored; undefined where there is no archive. */
  readonly store: string | undefined;
}

/** An order as people send it; everything may be missing when it comes as a signal from the Temporal UI or CLI. */
export interface OrderRequest {
  readonly order: OrderName;
  readonly by?: string;
  readonly reason?: string;
  readonly requestId?: string;
  readonly channel?: Channel;
  readonly revision?: string;
  readonly gate?: Gate | PolicyGateName;
  /** Of an approval or its refusal: the canary's share of the traffic, in percent, at which the person saw it wait. */
  readonly atWeight?: number;
  /**
   * The groups of `by`, from the API, which has verified the identity. Absent where it isn't verified, as in a signal
   * from the Temporal UI; anyone who writes to Temporal directly can claim any groups.
   */
  readonly groups?: readonly string[];
  readonly weight?: number;
  /** Id of the ended release that an order is about. */
  readonly of?: string;
}

export type OrderDetails = Omit<OrderRequest, 'order'>;

/** The result of an order. */
export interface OrderReceipt {
  readonly taken: boolean;
  /** Why it was refused. */
  readonly refused?: string;
  /** The release had just ended: the next run has the order, and answers when it is sent again. */
  readonly handedOn?: boolean;
  readonly phase: Phase;
  readonly weight: number;
  /** The run that has answered; missing in answers of earlier versions. */
  readonly runId?: string;
}

/** What a submitted change means for the run that receives it. */
export type SubmitVerdict = 'started' | 'restarts' | 'under-way' | 'queued' | 'noted';

export interface SubmitAnswer {
  readonly verdict: SubmitVerdict;
  readonly runId: string;
}

export const submitUpdate = defineUpdate<SubmitAnswer, [Change]>('submit');
export const submitSignal = defineSignal<[Change]>('submit');
export const stateQuery = defineQuery<RunView>('state');
export const aftercareQuery = defineQuery<Aftercare>('aftercare');

/**
 * Each order may be sent as an update, which answers, or as a signal of the same name, which is kept while workers are
 * down.
 */
export const orderUpdates: Readonly<Record<OrderName, UpdateDefinition<OrderReceipt, [OrderDetails]>>> = byOrder(
  (order) => defineUpdate<OrderReceipt, [OrderDetails]>(order),
);

export const orderSignals: Readonly<Record<OrderName, SignalDefinition<[OrderDetails]>>> = byOrder((order) =>
  defineSignal<[OrderDetails]>(order),
);

/** The answer of the `state` query: the whole state of a run, of closed ones, too. */
export interface RunView {
  readonly state: RunState | undefined;
  /** Separate from the state, so that readers needn't know how the core waits. */
  readonly waitsFor: string;
  readonly ended: boolean;
  /** Ids of the release's runs, this one last; missing from runs of earlier versions. */
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

/** The failure type of an order's update that is refused. */
export const ORDER_REFUSED = 'OrderRefused';
