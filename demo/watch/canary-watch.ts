import { setTimeout as sleep } from 'node:timers/promises';
import { parseStatus } from '../../src/crds/status.js';
import { isActive, type Phase } from '../../src/domain/phases.js';
import type { RecordEntry } from '../../src/domain/record/record.js';
import { CANARIES, DEPLOYMENTS, EVENTS, type KubeObject } from '../../src/kube/object.js';
import { stateQuery, workflowIdOf } from '../../src/workflows/contract.js';
import { messageOf } from '../errors.js';
import type { Place } from '../place/place.js';
import { APP } from '../setup/objects.js';
import { EventFeed, type CanaryEvent } from './events.js';

/** One of Serinus' judgements on the canary. */
export type Analysis = Extract<RecordEntry, { readonly what: 'analysis' }>;

/** The Canary as it was seen last. */
export interface Observation {
  readonly phase: Phase;
  /** Percent of the traffic that the canary is meant to get. */
  readonly weight: number;
  readonly failedChecks: number;
  /** Image tags of the version that serves, and of the one that is released. */
  readonly versions: { readonly primary: string; readonly canary: string };
  readonly analysis: Analysis | undefined;
  /** Why it can't be seen just now. */
  readonly trouble: string | undefined;
}

const LOOK_EVERY_MS = 300;
const ASK_EVERY_MS = 1_000;
const ANSWER_MS = 2_000;

const UNSEEN: Observation = {
  phase: '',
  weight: 0,
  failedChecks: 0,
  versions: { primary: '', canary: '' },
  analysis: undefined,
  trouble: undefined,
};

/** Follows the Canary in Kubernetes, and what its run in Temporal says of the analysis. */
export class CanaryWatch {
  observation: Observation = UNSEEN;
  private readonly feed = new EventFeed();
  private readonly stopped = new AbortController();

  constructor(
    private readonly place: Place,
    private readonly listeners: {
      onEvent(event: CanaryEvent): void;
      onObservation(before: Observation, now: Observation): void;
    },
  ) {}

  start(): void {
    void repeat(() => this.look(), LOOK_EVERY_MS, this.stopped.signal);
    // Apart from the other, because a worker that is down keeps it waiting.
    void repeat(() => this.ask(), ASK_EVERY_MS, this.stopped.signal);
  }

  stop(): void {
    this.stopped.abort();
  }

  private async look(): Promise<void> {
    try {
      const seen = await this.seen();
      // Events are shown after the observation is up to date, so that both tell the same story.
      const events = await this.events();
      if (this.stopped.signal.aborted) return;
      const before = this.observation;
      this.observation = { ...before, ...seen, trouble: undefined };
      this.listeners.onObservation(before, this.observation);
      for (const event of this.feed.news(events)) this.listeners.onEvent(event);
    } catch (error) {
      this.observation = { ...this.observation, trouble: messageOf(error) };
    }
  }

  /** Asks the run under way for its last analysis; a closed one says nothing new. */
  private async ask(): Promise<void> {
    const { temporal, canary } = this.place;
    if (!isActive(this.observation.phase)) return;
    const { client } = temporal;
    try {
      const handle = client.workflow.getHandle(workflowIdOf(canary));
      const { state } = await client.withDeadline(Date.now() + ANSWER_MS, () => handle.query(stateQuery));
      this.observation = {
        ...this.observation,
        analysis: state?.record.findLast((entry) => entry.what === 'analysis'),
      };
    } catch {
      // No worker answers just now; what was known is shown until one does.
    }
  }

  private async seen(): Promise<Pick<Observation, 'phase' | 'weight' | 'failedChecks' | 'versions'>> {
    const { kube, canary } = this.place;
    const read = (name: string) => kube.get(DEPLOYMENTS, canary.namespace, name);
    const [object, target, primary] = await Promise.all([
      kube.get(CANARIES, canary.namespace, canary.name),
      read(APP.name),
      read(`${APP.name}-primary`),
    ]);
    const { phase, canaryWeight, failedChecks } = parseStatus(object?.['status']);
    return {
      phase,
      weight: canaryWeight,
      failedChecks,
      versions: { primary: tagOf(primary), canary: tagOf(target) },
    };
  }

  private async events(): Promise<readonly KubeObject[]> {
    const { kube, canary } = this.place;
    const fieldSelector = `involvedObject.kind=Canary,involvedObject.name=${canary.name}`;
    return (await kube.list(EVENTS, { namespace: canary.namespace, fieldSelector })).items;
  }
}

async function repeat(action: () => Promise<void>, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await action();
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

interface PodTemplate {
  readonly template?: { readonly spec?: { readonly containers?: readonly { name: string; image?: string }[] } };
}

function tagOf(deployment: KubeObject | undefined): string {
  const { template } = (deployment?.['spec'] ?? {}) as PodTemplate;
  const image = template?.spec?.containers?.find(({ name }) => name === APP.container)?.image ?? '';
  return image.slice(image.lastIndexOf(':') + 1);
}
