import type { TestContext } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { apply } from '../../../src/activities/apply.js';
import { begin } from '../../../src/activities/begin.js';
import type { Dependencies } from '../../../src/dependencies.js';
import type { Logger } from '../../../src/logging.js';
import type { Effect } from '../../../src/domain/decision/effects.js';
import type { KubeClient } from '../../../src/kube/client.js';
import { CANARIES, DEPLOYMENTS, type KubeObject, type ResourceType } from '../../../src/kube/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import { DEFAULT_SETTINGS } from '../../../src/settings.js';
import { wire } from '../../../src/processes/wiring.js';
import type { Applied, Begun } from '../../../src/workflows/activities.js';
import { APP, appCanary, appDeployment, appRoute } from '../release/objects.js';
import { openCluster } from './cluster.js';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const IMAGE = 'lab/http-echo:1';

/** What a writer is stopped at: it has read the object, and its write isn't sent yet. */
interface Freeze {
  readonly type: ResourceType;
  readonly name: string;
  readonly reached: () => void;
  readonly thaw: Promise<void>;
}

/** A process that writes for a run, and can be frozen between reading an object and writing it. */
export class Writer {
  private freeze: Freeze | undefined;
  private seq = 0;
  private begun: (Begun & { readonly gone?: false }) | undefined;

  private constructor(
    readonly deps: Dependencies,
    private readonly namespace: string,
    readonly holder: string,
  ) {}

  static open(t: TestContext, kube: KubeClient, namespace: string, holder: string): Writer {
    const connection = Connection.lazy({ address: '127.0.0.1:1' });
    t.after(() => connection.close());
    const client = Object.create(kube) as KubeClient;
    const settings = { ...DEFAULT_SETTINGS, namespace };
    const writer = new Writer(wire(client, new Client({ connection }), settings, SILENT), namespace, holder);
    t.after(() => writer.deps.cache.stop());
    client.replace = async (type, object, subresource) => {
      await writer.stopAt(type, object);
      return kube.replace(type, object, subresource);
    };
    return writer;
  }

  get epoch(): number {
    return this.begun?.epoch ?? 0;
  }

  /** Takes the Lease, as a run does at its beginning. */
  async begin(): Promise<number> {
    const canary = { cluster: 'c', namespace: this.namespace, name: APP };
    const begun = await begin(this.deps, { canary, holder: this.holder, leaseSeconds: 60 });
    if (begun.gone) throw new Error('the Canary is gone');
    this.begun = begun;
    this.seq = 0;
    return begun.epoch;
  }

  async apply(...effects: Effect[]): Promise<Applied> {
    this.seq += 1;
    return this.again(...effects);
  }

  /** Another attempt at the last batch. */
  async again(...effects: Effect[]): Promise<Applied> {
    const { epoch } = this;
    return apply(
      this.deps,
      {
        canary: { cluster: 'c', namespace: this.namespace, name: APP },
        fence: { epoch, seq: this.seq },
        lease: { kind: 'seconds', seconds: 60 },
        holder: this.holder,
        uid: this.begun?.uid,
        effects,
        at: Date.now(),
        observedGeneration: 1,
      },
      new AbortController().signal,
    );
  }

  /** @returns what goes on when it may, once the writer has come so far */
  async freezeAt(type: ResourceType, name: string, work: () => Promise<unknown>): Promise<() => Promise<unknown>> {
    let thaw = (): void => undefined;
    const thawed = new Promise<void>((resolve) => (thaw = resolve));
    let doing: Promise<unknown> = Promise.resolve();
    await new Promise<void>((reached, failed) => {
      this.freeze = { type, name, reached, thaw: thawed };
      doing = work();
      doing.then(() => failed(new Error(`it never wrote ${name}`)), failed);
    });
    return () => {
      thaw();
      return doing;
    };
  }

  private async stopAt(type: ResourceType, object: KubeObject): Promise<void> {
    const { freeze } = this;
    if (freeze?.type !== type || freeze.name !== object.metadata.name) return;
    this.freeze = undefined;
    freeze.reached();
    await freeze.thaw;
  }
}

/** A Canary whose primary is built, with its route and Services, and the run that has done so. */
export async function openRelease(t: TestContext, spec: Record<string, unknown> = {}, replicas = 2) {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  const app = { namespace, host: `${namespace}.example.com`, image: IMAGE, replicas };
  await client.create(DEPLOYMENTS, appDeployment(app));
  await client.create(APISIX_ROUTES, appRoute(app));
  await client.create(CANARIES, appCanary(app, spec, { metrics: [] }));
  const first = Writer.open(t, client, namespace, 'first');
  await first.begin();
  await first.apply({ do: 'build' }, { do: 'reconcile', primary: 100, canary: 0 });
  const open = (holder: string): Writer => Writer.open(t, client, namespace, holder);
  return { client, namespace, first, open };
}
