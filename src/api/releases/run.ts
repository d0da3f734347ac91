import type { RawWorkflowExecutionInfo } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { CanaryKey } from '../../domain/identity.js';
import { searchAttributes as attributes } from '../../workflows/contract.js';
import type { RunStatus } from '../schema/release.js';

/** What Temporal knows of a run without a worker. */
export interface Run {
  readonly canary: CanaryKey;
  readonly runId: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
  /** `New` until the run's first observation. */
  readonly phase: string;
  readonly weight: number;
  readonly revision: string | undefined;
  /** Outcome of the release; undefined while it is under way. */
  readonly outcome: string | undefined;
  readonly triggeredBy: string;
  readonly requestId: string | undefined;
  /** The kind of change that the run was started for. */
  readonly kind: string | undefined;
}

/** `WorkflowExecutionStatus` of Temporal's API (temporal/api/enums/v1/workflow.proto), by its numbers. */
const STATUSES: Readonly<Record<number, RunStatus>> = {
  1: 'running',
  2: 'completed',
  3: 'failed',
  4: 'cancelled',
  5: 'terminated',
  6: 'continued-as-new',
  7: 'timed-out',
};

/** @param raw from describing and listing */
export function runOf(canary: CanaryKey, raw: RawWorkflowExecutionInfo): Run {
  const indexed = raw.searchAttributes?.indexedFields ?? {};
  const text = (key: { readonly name: string }): string | undefined => {
    const value = decoded(indexed[key.name]);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const weight = decoded(indexed[attributes.weight.name]);
  const kind = decoded(raw.memo?.fields?.['change']);
  return {
    canary,
    runId: raw.execution?.runId ?? '',
    status: STATUSES[raw.status ?? 0] ?? 'running',
    startedAt: dateOf(raw.startTime) ?? new Date(0),
    endedAt: dateOf(raw.closeTime),
    phase: text(attributes.phase) ?? 'New',
    weight: typeof weight === 'number' ? weight : 0,
    revision: text(attributes.revision),
    outcome: text(attributes.outcome),
    triggeredBy: text(attributes.triggeredBy) ?? 'unknown',
    requestId: text(attributes.requestId),
    kind: typeof kind === 'string' ? kind : undefined,
  };
}

/** What Temporal's list shows of an open run. */
export interface OpenRun {
  readonly runId: string;
  /** What it waits for that only people can give: `resume`, or a gate. */
  readonly waiting?: string;
  readonly by: string;
  readonly startedAt: Date;
}

/** The Canary of an open run, as `namespace/name`, and the run. */
export function openRunOf(raw: RawWorkflowExecutionInfo): [string, OpenRun][] {
  const indexed = raw.searchAttributes?.indexedFields ?? {};
  const [namespace, name, waiting] = [attributes.namespace, attributes.name, attributes.waiting].map(({ name: key }) =>
    decoded(indexed[key]),
  );
  if (typeof namespace !== 'string' || typeof name !== 'string') return [];
  const { runId, triggeredBy: by, startedAt } = runOf({ cluster: '', namespace, name }, raw);
  return [[`${namespace}/${name}`, { runId, by, startedAt, ...(typeof waiting === 'string' ? { waiting } : {}) }]];
}

function decoded(payload: Payload | null | undefined): unknown {
  return payload ? defaultPayloadConverter.fromPayload<unknown>(payload) : undefined;
}

function dateOf(time: RawWorkflowExecutionInfo['startTime']): Date | undefined {
  if (!time?.seconds) return undefined;
  return new Date(Number(time.seconds) * 1000 + Math.floor((time.nanos ?? 0) / 1e6));
}
