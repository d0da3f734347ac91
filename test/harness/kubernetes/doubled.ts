import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { messageOf } from '../../../src/errors.js';
import type { KubeClient } from '../../../src/kube/client.js';
import {
  CANARIES,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  DEPLOYMENTS,
  EVENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  LEASES,
  SECRETS,
  SERVICES,
  titleOf,
  type KubeObject,
  type ResourceType,
} from '../../../src/kube/object.js';
import { viewOf } from '../../../src/kubernetes/lease-object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import type { Activities, RegisteredActivities } from '../../../src/workflows/activities.js';

/** All kinds that a release writes. */
const KINDS: readonly ResourceType[] = [
  CANARIES,
  DEPLOYMENTS,
  SERVICES,
  HORIZONTAL_POD_AUTOSCALERS,
  CONFIG_MAPS,
  SECRETS,
  CONTROLLER_REVISIONS,
  APISIX_ROUTES,
  LEASES,
  EVENTS,
];
/** Nobody has written anything for so long. */
const STILL_MS = 300;
const PATIENCE_MS = 8_000;

/** What depends on more than the cluster's objects: pods become ready between two looks, load tests measure. */
const ANSWERS_VARY: readonly (keyof Activities)[] = ['observe', 'awaitReady', 'loadTest', 'oversee', 'sweep'];

/** @throws ApplicationFailure that is not tried again: the release ends, and the test with it */
function sameAnswer(name: string, first: unknown, second: unknown): void {
  try {
    assert.deepEqual(lasting(second), lasting(first), `${name} answers the same`);
  } catch (error) {
    throw ApplicationFailure.nonRetryable(messageOf(error));
  }
}

/** One activity that was run twice. */
export interface Run {
  readonly name: keyof Activities;
  readonly input: unknown;
}

/**
 * Activities that are carried out twice with the same input, as Temporal does when a worker dies after it has done
 * everything and before it has said so. The second time must change nothing.
 */
export class Doubled {
  readonly runs: Run[] = [];
  /** What a second run has changed, in words. */
  readonly changes: string[] = [];
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: KubeClient,
    private readonly namespace: string,
  ) {}

  wrap(activities: RegisteredActivities): RegisteredActivities {
    const wrapped = Object.entries(activities).map(([name, activity]) => [
      name,
      (...args: unknown[]) => this.twice(name as keyof Activities, activity as Activity, args),
    ]);
    return Object.fromEntries(wrapped) as RegisteredActivities;
  }

  /** One after the other: what one changes must not be taken for what another has changed. */
  private async twice(name: keyof Activities, activity: Activity, args: unknown[]): Promise<unknown> {
    const context = Context.current();
    // No workflow task can wait for what is done twice and watched meanwhile.
    if (context.info.isLocal) return { unfinished: true };
    const beat = setInterval(() => context.heartbeat(), 500);
    const mine = this.last.then(() => this.twiceAlone(name, activity, args));
    this.last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      clearInterval(beat);
    }
  }

  /** Changes something between two activities: in the midst of one it would be taken for what the second run has done. */
  async meanwhile(change: () => Promise<unknown>): Promise<void> {
    const mine = this.last.then(change);
    this.last = mine.catch(() => undefined);
    await mine;
  }

  private async twiceAlone(name: keyof Activities, activity: Activity, args: unknown[]): Promise<unknown> {
    try {
      const first = await activity(...args);
      this.runs.push({ name, input: args[0] });
      const before = await this.still();
      const second = await activity(...args);
      const after = await this.still();
      this.note(name, args[0], differences(before, after));
      if (!ANSWERS_VARY.includes(name)) sameAnswer(name, first, second);
      return first;
    } catch (error) {
      // A look that is given up because somebody has ordered something.
      if (!Context.current().cancellationSignal.aborted) this.note(name, args[0], [`fails: ${messageOf(error)}`]);
      throw error;
    }
  }

  private note(name: string, input: unknown, changes: readonly string[]): void {
    const effects = (input as { effects?: readonly { do: string }[] } | undefined)?.effects ?? [];
    const what = [name, ...effects.map((effect) => effect.do)].join(' ');
    this.changes.push(...changes.map((change) => `${what}: ${change}`));
  }

  /** The objects once the controllers have nothing more to do. */
  private async still(): Promise<Snapshot> {
    const deadline = Date.now() + PATIENCE_MS;
    let seen = await this.snapshot();
    let since = Date.now();
    while (Date.now() - since < STILL_MS) {
      await sleep(50);
      const now = await this.snapshot();
      if (differences(seen, now).length > 0) since = Date.now();
      seen = now;
      if (Date.now() > deadline) throw new Error('the namespace doesn’t come to rest');
    }
    return seen;
  }

  private async snapshot(): Promise<Snapshot> {
    const { namespace } = this;
    const lists = await Promise.all(
      KINDS.map(async (type) => {
        const { items } = await this.client.list(type, { namespace });
        return items.map((item): KubeObject => ({ ...item, apiVersion: type.apiVersion, kind: type.kind }));
      }),
    );
    return new Map(
      lists
        .flat()
        .filter(isOfRelease)
        .map((object) => [titleOf(object), markOf(object)]),
    );
  }
}

/** When something was done, and how long it took. */
const MEASURED = ['routedMsAgo', 'at', 'durationMs'];

/** An answer without what is another each time. */
function lasting(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(lasting);
  if (typeof answer !== 'object' || answer === null) return answer;
  const kept = Object.entries(answer).filter(([field]) => !MEASURED.includes(field));
  return Object.fromEntries(kept.map(([field, value]) => [field, lasting(value)]));
}

type Activity = (...args: unknown[]) => Promise<unknown>;
type Snapshot = ReadonlyMap<string, string>;

/** Controllers record Events of their own. */
function isOfRelease(object: KubeObject): boolean {
  return object.kind !== 'Event' || (object['involvedObject'] as { kind?: string }).kind === 'Canary';
}

/** What changes when the object does. */
function markOf(object: KubeObject): string {
  switch (object.kind) {
    case 'Lease': {
      // Renewing it is what a second run must do, too; it must not change hands, nor go back.
      const { holder, held, fence, observedGeneration, spec } = viewOf(object);
      return JSON.stringify({ holder, held, fence, observedGeneration, spec });
    }
    case 'Deployment':
    case 'HorizontalPodAutoscaler':
    case 'ApisixRoute': {
      // Whose status controllers and the gateway write, in their own time.
      const { status: _status, metadata, ...rest } = object;
      const { resourceVersion: _version, managedFields: _fields, ...kept } = metadata;
      return JSON.stringify({ ...rest, metadata: kept });
    }
    default:
      return `${object.metadata.uid ?? ''} version ${object.metadata.resourceVersion ?? ''}`;
  }
}

function differences(before: Snapshot, after: Snapshot): readonly string[] {
  const titles = new Set([...before.keys(), ...after.keys()]);
  return [...titles]
    .filter((title) => before.get(title) !== after.get(title))
    .map((title) => `${title}: ${before.get(title) ?? 'not there'} → ${after.get(title) ?? 'gone'}`);
}
