import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Lab } from '../../lab/lab.js';
import { janitorScheduleOf, workflowIdOf } from '../../src/workflows/contract.js';
import type { CanaryKey } from '../../src/domain/identity.js';
import { DemoError, messageOf } from '../errors.js';

const CONNECT_MS = 5_000;
const CLOUD = /\.(tmprl\.cloud|api\.temporal\.io)(:\d+)?$/;

/** The Temporal of the demo: the lab's, or the user's own. */
export interface TemporalPlace {
  readonly client: Client;
  /** Of its Web UI, where that is known. */
  readonly uiUrl: string | undefined;
  close(): Promise<void>;
}

export function labTemporal(lab: Lab): TemporalPlace {
  const { address, namespace, uiUrl } = lab.temporal;
  return placeOf(Connection.lazy({ address }), namespace, uiUrl);
}

/**
 * The Temporal that the environment names, by Temporal's own rules.
 *
 * @throws DemoError where it can't be used, with what to look at
 */
export async function existingTemporal(uiUrl: string | undefined): Promise<TemporalPlace> {
  const { connectionOptions, namespace = 'default' } = configuration();
  const address = connectionOptions.address ?? '127.0.0.1:7233';
  const connection = Connection.lazy(connectionOptions);
  const place = placeOf(
    connection,
    namespace,
    uiUrl ?? (CLOUD.test(address) ? 'https://cloud.temporal.io' : undefined),
  );
  try {
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + CONNECT_MS, () => workflowService.describeNamespace({ namespace }));
  } catch (error) {
    await place.close();
    throw new DemoError(
      `the namespace "${namespace}" of Temporal at ${address} can't be used: ${messageOf(error)}\n` +
        'Look at TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_* and TEMPORAL_PROFILE.',
    );
  }
  return place;
}

function configuration(): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    throw new DemoError(`Temporal's environment configuration can't be read: ${messageOf(error)}`);
  }
}

function placeOf(connection: Connection, namespace: string, uiUrl: string | undefined): TemporalPlace {
  return {
    client: new Client({ connection, namespace }),
    uiUrl: uiUrl?.replace(/\/+$/, ''),
    close: () => connection.close(),
  };
}

/** The page of a workflow in Temporal's Web UI; of its latest run where none is named. */
export function workflowUrl(temporal: TemporalPlace, workflowId: string, runId?: string): string | undefined {
  if (temporal.uiUrl === undefined) return undefined;
  const { namespace } = temporal.client.options;
  const run = runId === undefined ? '' : `/${runId}/history`;
  return `${temporal.uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}${run}`;
}

/** Takes out of somebody's Temporal what would go on there without us: the janitor's schedule, and an open run. */
export async function leaveTemporal({ client }: TemporalPlace, canary: CanaryKey): Promise<void> {
  await client.schedule.getHandle(janitorScheduleOf(canary.cluster)).delete();
  try {
    await client.workflow.getHandle(workflowIdOf(canary)).terminate('the demo has ended');
  } catch (error) {
    // It has ended by itself, as it should.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
