import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Logger } from '../logging.js';
import type { Change } from '../domain/state.js';
import { messageOf } from '../errors.js';
import type { LoadTesterOptions } from '../loadtest/options.js';
import { temporalClient, type TemporalOptions } from '../temporal/connection.js';
import { submitSignal, workflowIdOf } from '../workflows/contract.js';

/** Time for Temporal to accept a signal. */
const SIGNAL_MS = 5_000;

export interface GateSignals {
  readonly onGate: NonNullable<LoadTesterOptions['onGate']>;
  readonly close: () => Promise<void>;
}

/**
 * Makes a release observe again the moment one of its gates in the load tester is opened, instead of at its next
 * interval. It still calls the gate's webhook: a lost signal only costs time.
 */
export function gateSignals(cluster: string, temporal: TemporalOptions, log: Logger): GateSignals {
  const { client, connection } = temporalClient(temporal);
  const signal = async (name: string, namespace: string, change: Change): Promise<void> => {
    const fields = { canary: `${name}.${namespace}` };
    const handle = client.workflow.getHandle(workflowIdOf({ cluster, namespace, name }));
    try {
      await client.withDeadline(Date.now() + SIGNAL_MS, () => handle.signal(submitSignal, change));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) log.debug(fields, 'no release is under way that could be notified');
      else log.warn(fields, `the release was not notified, it will ask by itself: ${messageOf(error)}`);
    }
  };
  return {
    onGate: (kind, name, namespace, open) => {
      if (!open) return;
      void signal(name, namespace, { id: randomUUID(), kind: 'gate', by: 'load tester', reason: `${kind} opened` });
    },
    close: () => connection.close(),
  };
}
