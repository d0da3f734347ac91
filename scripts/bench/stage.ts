import { applyObjects } from '../../lab/kube/apply.js';
import { labClient } from '../../lab/manifests.js';
import { Traffic } from '../../lab/traffic.js';
import { DEPLOYMENTS } from '../../src/kube/object.js';
import { workflowIdOf } from '../../src/workflows/contract.js';
import type { rollout } from '../../src/workflows/rollout.js';
import { APP, objectsOf, type Scene } from './objects.js';
import { CLUSTER, type Place } from './place.js';
import { Timeline, type Told } from './timeline.js';

/** Steady requests of users, on top of the load test's own 20 a second. */
const REQUESTS_PER_SECOND = 40;
const START_MS = 60_000;

/** What users saw of a release. */
export interface Seen {
  requests: number;
  failed: number;
  /** When a version was last heard of, milliseconds since 1970. */
  readonly lastHeard: Map<string, number>;
}

/** From applying the Canary until it is `Initialized`. */
export interface Initialisation {
  readonly seconds: number;
  readonly timeline: readonly Told[];
}

/** A namespace with the walkthrough in it. */
export class Stage {
  private constructor(
    readonly place: Place,
    readonly scene: Scene,
    readonly timeline: Timeline,
    readonly initialisation: Initialisation,
  ) {}

  /** Applies the walkthrough's objects and waits until the Canary is initialised. */
  static async open(place: Place, scene: Scene): Promise<Stage> {
    await applied(place, scene, ['namespace', 'podinfo', 'route', 'load-tester']);
    const timeline = await Timeline.open(place.kube, scene.namespace);
    const serving = 'pods wanted 1, there 1, updated 1, available 1';
    for (const name of [APP.name, 'flagger-loadtester']) await timeline.first([`${name} ${serving}`], START_MS);
    timeline.begin();
    const began = Date.now();
    await applied(place, scene, ['canary']);
    const { at } = await timeline.first(['phase Initialized'], START_MS);
    return new Stage(place, scene, timeline, { seconds: (at - began) / 1000, timeline: timeline.since(began) });
  }

  /** `kubectl set image`. @returns when, milliseconds since 1970 */
  async setImage(tag: string): Promise<number> {
    const containers = [{ name: APP.container, image: `${APP.image}:${tag}` }];
    const patch = { spec: { template: { spec: { containers } } } };
    this.timeline.begin();
    const at = Date.now();
    await this.place.kube.patch(DEPLOYMENTS, 'strategic', this.scene.namespace, APP.name, patch);
    return at;
  }

  /** The run of the release that is, or was last, under way. */
  get run() {
    const { namespace } = this.scene;
    return this.place.temporal.workflow.getHandle<typeof rollout>(
      workflowIdOf({ cluster: CLUSTER, namespace, name: APP.name }),
    );
  }

  users(): { readonly seen: Seen; stop(): Promise<void> } {
    const seen: Seen = { requests: 0, failed: 0, lastHeard: new Map() };
    const traffic = new Traffic({
      gatewayUrl: this.place.lab.gatewayUrl,
      host: this.scene.host,
      path: APP.path,
      perSecond: REQUESTS_PER_SECOND,
      onAnswer: ({ ok, version }) => {
        seen.requests += 1;
        if (!ok) seen.failed += 1;
        if (version !== undefined) seen.lastHeard.set(version, Date.now());
      },
    });
    return { seen, stop: () => traffic.stop() };
  }

  /** Requests that podinfo answers with a 500: the walkthrough's own way to make a release bad. */
  attack(): { stop(): Promise<void> } {
    const { gatewayUrl } = this.place.lab;
    return new Traffic({ gatewayUrl, host: this.scene.host, path: '/status/500', perSecond: 25 });
  }
}

async function applied(place: Place, scene: Scene, names: Parameters<typeof objectsOf>[0]): Promise<void> {
  await applyObjects(await labClient(place.lab), objectsOf(names, scene));
}
