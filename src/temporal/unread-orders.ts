import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { ORDER_NAMES, type OrderName } from '../domain/orders/catalogue.js';
import type { RecordEntry } from '../domain/record/record.js';
import { orderSignals, orderUpdates, type OrderDetails } from '../workflows/contract.js';

type OrderEntry = RecordEntry & { readonly what: 'order' };

/** A run that was terminated from outside. */
interface DeadRun {
  readonly workflowId: string;
  readonly runId: string;
}

/** Events that are searched, from the end: an unread order is among the last. */
const LOOK_BACK_EVENTS = 2_000;
const PAGE = 250;
/** `EVENT_TYPE_WORKFLOW_TASK_COMPLETED` of Temporal's API. */
const TASK_COMPLETED = 7;
const NOT_READ = 'its run was ended before it was carried out';
const SOMEBODY = 'somebody with access to Temporal';

/**
 * Orders that Temporal has accepted for a run that was terminated before it carried them out: people's orders belong
 * into the record in any case. Orders are handled in the order of arrival, so the search ends at the last one that was
 * handled.
 *
 * @param taken ids of the last orders that the run has handled
 * @returns the oldest first
 */
export async function unreadOrders(
  client: Client,
  { workflowId, runId }: DeadRun,
  taken: ReadonlySet<string>,
): Promise<readonly OrderEntry[]> {
  const found: OrderEntry[] = [];
  let sinceLastTask = true;
  for await (const event of lastEvents(client, workflowId, runId)) {
    if (event.eventType === TASK_COMPLETED) sinceLastTask = false;
    const given = givenIn(event);
    if (!given) continue;
    const { requestId } = given;
    if (requestId !== undefined && taken.has(requestId)) break;
    // Without an id it is unknown whether it was handled, once a worker may have read it.
    if (requestId !== undefined || sinceLastTask) found.unshift(given);
  }
  return found;
}

interface HistoryEvent {
  readonly eventType?: number | null;
  readonly eventTime?: { readonly seconds?: unknown; readonly nanos?: number | null } | null;
  readonly workflowExecutionSignaledEventAttributes?: {
    readonly signalName?: string | null;
    readonly input?: Arguments | null;
  } | null;
  readonly workflowExecutionUpdateAcceptedEventAttributes?: {
    readonly acceptedRequest?: {
      readonly meta?: { readonly updateId?: string | null } | null;
      readonly input?: { readonly name?: string | null; readonly args?: Arguments | null } | null;
    } | null;
  } | null;
}

interface Arguments {
  readonly payloads?: Payload[] | null;
}

async function* lastEvents(client: Client, workflowId: string, runId: string): AsyncGenerator<HistoryEvent> {
  let nextPageToken: Uint8Array | undefined;
  for (let read = 0; read < LOOK_BACK_EVENTS;) {
    const page = await client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: PAGE,
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    const events = page.history?.events ?? [];
    yield* events;
    read += events.length;
    nextPageToken = page.nextPageToken;
    if (events.length === 0 || nextPageToken.length === 0) return;
  }
}

/** @returns undefined for an event that is no order */
function givenIn(event: HistoryEvent): OrderEntry | undefined {
  const signal = event.workflowExecutionSignaledEventAttributes;
  if (signal) return entryOf(event, nameOf(signal.signalName, orderSignals), signal.input, 'signal');
  const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest;
  if (!update) return undefined;
  return entryOf(event, nameOf(update.input?.name, orderUpdates), update.input?.args, 'api', update.meta?.updateId);
}

function nameOf(
  name: string | null | undefined,
  definitions: Readonly<Record<OrderName, { readonly name: string }>>,
): OrderName | undefined {
  return ORDER_NAMES.find((order) => definitions[order].name === name);
}

function entryOf(
  event: HistoryEvent,
  order: OrderName | undefined,
  input: Arguments | null | undefined,
  channel: 'api' | 'signal',
  updateId?: string | null,
): OrderEntry | undefined {
  if (order === undefined) return undefined;
  const [payload] = input?.payloads ?? [];
  const details = payload ? defaultPayloadConverter.fromPayload<OrderDetails | null>(payload) : undefined;
  const requestId = details?.requestId ?? updateId ?? undefined;
  return {
    at: Number(event.eventTime?.seconds ?? 0) * 1000 + Math.floor((event.eventTime?.nanos ?? 0) / 1e6),
    what: 'order',
    order,
    by: details?.by ?? SOMEBODY,
    reason: details?.reason ?? '',
    channel: details?.channel ?? channel,
    ...(requestId === undefined ? {} : { requestId }),
    refused: NOT_READ,
  };
}
