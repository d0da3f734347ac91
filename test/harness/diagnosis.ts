import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import type { Client } from '@temporalio/client';
import type { CanaryKey } from '../../src/domain/identity.js';
import type { KubeClient } from '../../src/kube/client.js';
import {
  CANARIES,
  CONFIG_MAPS,
  DEPLOYMENTS,
  EVENTS,
  LEASES,
  SERVICES,
  type KubeObject,
  type ResourceType,
} from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { stateQuery, workflowIdOf } from '../../src/workflows/contract.js';

const LOG_LINES = 60;
/** For a state that nobody may be there to tell. */
const ANSWER_MS = 5_000;

/** Node says so since 20.12; its types for that version don't. */
type Judged = TestContext & { readonly passed?: boolean };

/** A release of a test, and where to look when it went another way than expected. */
export interface Suspect {
  readonly kube: KubeClient;
  readonly temporal: Client;
  readonly canary: CanaryKey;
  /** What Serinus has logged, where it runs in a process of its own. */
  readonly log?: () => string;
}

/**
 * Prints what one needs to understand a test that has failed: status, events, objects, the run's state with its record,
 * the log's last lines. Nothing where it has passed. What can't be read is said, and hides nothing else.
 */
export async function explainFailure(t: Judged, suspect: Suspect): Promise<void> {
  if (t.passed !== false) return;
  const { kube, canary, log } = suspect;
  const { namespace, name } = canary;
  const print = (title: string, what: unknown): void =>
    console.log(`── ${t.name}: ${title}\n${typeof what === 'string' ? what : inspect(what, SHAPE)}`);
  const section = async (title: string, read: () => Promise<unknown>): Promise<void> => {
    try {
      print(title, await read());
    } catch (error) {
      print(title, `can't be read: ${String(error)}`);
    }
  };
  await section('Canary', async () => (await kube.get(CANARIES, namespace, name))?.['status']);
  await section('events', () => eventsOf(kube, namespace));
  await section('Lease', async () => brief(await kube.get(LEASES, namespace, `serinus-${name}`)));
  for (const type of [APISIX_ROUTES, SERVICES, DEPLOYMENTS, CONFIG_MAPS])
    await section(type.kind, () => objectsOf(kube, type, namespace));
  await section('run', () => stateOf(suspect));
  if (log) print('log', log().split('\n').slice(-LOG_LINES).join('\n'));
}

const SHAPE = { depth: 8, breakLength: 160, maxArrayLength: 400, maxStringLength: 600 } as const;

async function eventsOf(kube: KubeClient, namespace: string): Promise<string> {
  const { items } = await kube.list(EVENTS, { namespace });
  return items
    .map((event) => `${String(event['lastTimestamp'])} [${String(event['type'])}] ${String(event['message'])}`)
    .sort()
    .join('\n');
}

async function objectsOf(kube: KubeClient, type: ResourceType, namespace: string): Promise<readonly unknown[]> {
  return (await kube.list(type, { namespace })).items.map(brief);
}

/** Without what only fills the screen. */
function brief(object: KubeObject | undefined): unknown {
  if (!object) return 'none';
  const { metadata, apiVersion: _api, kind: _kind, ...rest } = object;
  const { name, generation, annotations, deletionTimestamp } = metadata;
  return { name, generation, annotations, deletionTimestamp, ...rest };
}

async function stateOf({ temporal, canary }: Suspect): Promise<unknown> {
  const handle = temporal.workflow.getHandle(workflowIdOf(canary));
  const { status, runId } = await handle.describe();
  const view = await temporal.withDeadline(Date.now() + ANSWER_MS, () => handle.query(stateQuery));
  return { runId, status: status.name, ...view };
}
