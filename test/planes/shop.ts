import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { connectLab, type ConnectedLab } from '../../lab/lab.js';
import { ALL_TO_PRIMARY, type Weights } from '../../src/domain/weights.js';
import { DEPLOYMENTS, ENDPOINT_SLICES, SERVICES, type KubeObject } from '../../src/kube/object.js';
import { openRouterBench, type RouterBench } from '../harness/kubernetes/router-bench.js';
import type { CanaryPart } from '../kubernetes/router-contract.js';
import { echoDeployment, echoService } from '../harness/lab/echo.js';
import { claim } from '../harness/claim.js';
import { until } from '../harness/until.js';
import type { PlaneCase } from './cases.js';
import { Client } from './client.js';

/** What the primary and the canary call themselves. */
export const OLD = 'old';
export const NEW = 'new';

const PATIENCE_MS = 60_000;

/** A shop whose cart is served by two versions behind a real data plane; the router is at work without a release. */
export class Shop {
  private seq = 0;

  private constructor(
    readonly lab: ConnectedLab,
    readonly bench: RouterBench,
    readonly client: Client,
  ) {}

  /** @param delayMs how long the canary takes for an answer */
  static async open(t: TestContext, plane: PlaneCase, part: CanaryPart = {}, delayMs = 0): Promise<Shop> {
    const lab = await connectLab(process.env['SERINUS_LAB'] ?? '');
    const host = `cart-${randomUUID().slice(0, 8)}.example.com`;
    const bench = await openRouterBench(t, { ...plane.router, users: () => [], canary: plane.canary(host) }, part);
    const { client: kube, namespace } = bench;
    for (const object of plane.users.objects(namespace, host, 'cart')) await kube.create(plane.users.type, object);
    for (const [name, tag, delay] of [
      ['cart-primary', OLD, 0],
      ['cart-canary', NEW, delayMs],
    ] as const) {
      await kube.create(SERVICES, echoService(namespace, name));
      await kube.create(DEPLOYMENTS, echoDeployment(namespace, name, tag, 1, delay));
    }
    // As Serinus has it: users' own objects lead to the primary.
    await kube.create(SERVICES, echoService(namespace, 'cart', 'cart-primary'));
    const isReady = (slice: KubeObject): boolean =>
      ((slice['endpoints'] ?? []) as { conditions: { ready?: boolean } }[]).some(({ conditions }) => conditions.ready);
    const allReady = async (): Promise<boolean> =>
      (await kube.list(ENDPOINT_SLICES, { namespace })).items.filter(isReady).length === 3;
    await until(allReady, 'both versions serve', PATIENCE_MS);
    const client = new Client(lab.planeUrl, host);
    t.after(() => client.close());
    const shop = new Shop(lab, bench, client);
    await shop.divide(ALL_TO_PRIMARY);
    await until(
      async () => (await client.ask().catch(() => undefined))?.version === OLD,
      'the host is served',
      PATIENCE_MS,
    );
    return shop;
  }

  /** Resolves when the data plane has followed: it says so and has had a moment, or it has had all the time it takes. */
  async divide(weights: Weights): Promise<void> {
    const { router, canary } = this.bench;
    await router.setWeights(canary, weights, claim(1, (this.seq += 1)));
    const isFollowed = async (): Promise<boolean> => {
      await router.refresh(canary);
      return (await router.isSettled(canary)) !== false;
    };
    await until(isFollowed, 'the data plane has followed', PATIENCE_MS);
    assert.deepEqual({ ...(await router.weights(canary)), everybody: undefined }, { ...weights, everybody: undefined });
    const tells = (await router.isSettled(canary)) === true;
    // What was written is with the control plane; its data plane has it some milliseconds later.
    const followsMs = tells ? SYNC_MS : (router.followsWithinMs ?? BLIND_MS);
    await new Promise((resolve) => setTimeout(resolve, followsMs));
  }

  /** Addresses of the canary's pods. */
  async canaryAddresses(): Promise<readonly string[]> {
    const { client, namespace } = this.bench;
    const labelSelector = 'kubernetes.io/service-name=cart-canary';
    const { items } = await client.list(ENDPOINT_SLICES, { namespace, labelSelector });
    return items.flatMap((slice) => (slice['endpoints'] as { addresses: string[] }[]).flatMap((one) => one.addresses));
  }

  /** As a release's tick does: makes right what somebody has done to the objects. */
  async reconcile(weights: Weights): Promise<void> {
    const { router, canary } = this.bench;
    await router.refresh(canary);
    await router.reconcile(canary, weights, claim(1, (this.seq += 1)));
  }
}

/** What `drain` waits for requests on their way, too. */
const SYNC_MS = 500;
/** … and what it waits where nothing is said. */
const BLIND_MS = 2_000;
