import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Canary } from '../../src/crds/canary.js';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, canaryAt } from '../../src/domain/weights.js';
import { FencedError, ForeignError, UserError } from '../../src/errors.js';
import { contested } from '../../src/kubernetes/ownership.js';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import { FENCE_ANNOTATION, withoutStamp } from '../../src/kubernetes/write.js';
import type { Router } from '../../src/routers/port.js';
import { createRouters, ownedRoutes, routerFor } from '../../src/routers/registry.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { claim } from '../harness/claim.js';
import { APP, WorkloadBench } from '../harness/kubernetes/workload-bench.js';

// An HTTPRoute that users have written themselves, and that Serinus divides (`spec.routeRef`).

type Part = Readonly<Record<string, unknown>>;

const service = (name: string, weight = 1): Part => ({ group: '', kind: 'Service', name, port: 80, weight });
const CANARY = `${APP}-canary`;

/** Everything that a route may have which is none of Serinus' business. */
const SPEC = {
  parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'public', namespace: 'infra' }],
  hostnames: ['shop.example.org'],
  rules: [
    {
      matches: [{ path: { type: 'PathPrefix', value: '/docs' } }],
      backendRefs: [service('docs')],
    },
    {
      matches: [{ path: { type: 'PathPrefix', value: '/' }, headers: [{ type: 'Exact', name: 'x', value: 'y' }] }],
      filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'a', value: 'b' }] } }],
      backendRefs: [
        {
          ...service(APP, 3),
          filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } }],
        },
        service('legacy', 1),
      ],
    },
    { matches: [{ path: { type: 'PathPrefix', value: '/shop' } }], backendRefs: [service(APP)] },
  ],
};

for (const version of ['v1', 'v1beta1'] as const) {
  const type: ResourceType = {
    apiVersion: `gateway.networking.k8s.io/${version}`,
    kind: 'HTTPRoute',
    plural: 'httproutes',
  };
  const fields = {
    provider: `gatewayapi:${version}`,
    routeRef: { apiVersion: type.apiVersion, kind: 'HTTPRoute', name: 'storefront' },
  };

  interface Opened {
    readonly bench: WorkloadBench;
    readonly router: Router;
    readonly canary: Canary;
    readonly route: () => Promise<KubeObject>;
  }

  const open = async (t: TestContext, spec: object = SPEC): Promise<Opened> => {
    const bench = await WorkloadBench.open(t, {});
    await bench.create(type, { metadata: { name: 'storefront', labels: { team: 'web' } }, spec });
    const router = routerFor(createRouters(bench.cache, DEFAULT_SETTINGS), fields.provider);
    return { bench, router, canary: bench.canaryWith(fields), route: () => bench.get(type, 'storefront') };
  };
  const backends = async (route: () => Promise<KubeObject>): Promise<readonly unknown[]> => {
    const { rules } = (await route())['spec'] as { rules: readonly { backendRefs: readonly Part[] }[] };
    return rules.map(({ backendRefs }) => backendRefs.map(({ name, weight }) => [name, weight]));
  };

  describe(`an HTTPRoute of one's own, ${fields.provider}`, () => {
    test('is left exactly as it is, while the canary has no part of it', async (t) => {
      const { bench, router, canary, route } = await open(t);
      const before = await route();
      await bench.writesNothing('making it right', () => router.reconcile(canary, ALL_TO_PRIMARY, bench.fence()));
      assert.deepEqual(await router.drift(canary), []);
      assert.deepEqual(await router.weights(canary), ALL_TO_PRIMARY);
      await router.setWeights(canary, canaryAt(33), bench.fence());
      await router.setWeights(canary, ALL_TO_PRIMARY, bench.fence());
      assert.deepEqual((await route())['spec'], before['spec']);
    });

    test('is divided where it leads to the service, and whatever else is in a rule keeps its share', async (t) => {
      const { bench, router, canary, route } = await open(t);
      await router.setWeights(canary, canaryAt(10), bench.fence());
      assert.deepEqual(await backends(route), [
        [['docs', 1]],
        [
          [APP, 270],
          [CANARY, 30],
          ['legacy', 100],
        ],
        [
          [APP, 90],
          [CANARY, 10],
        ],
      ]);
      const { rules, ...others } = (await route())['spec'] as typeof SPEC;
      const { rules: _rules, ...unchanged } = SPEC;
      assert.deepEqual(others, unchanged);
      assert.deepEqual(
        rules.map(({ backendRefs: _refs, ...rule }) => rule),
        SPEC.rules.map(({ backendRefs: _refs, ...rule }) => rule),
      );
      const [theirs, ours] = rules[1]?.backendRefs as readonly Part[];
      assert.deepEqual(ours, { ...theirs, name: CANARY, weight: 30 }, 'the canary answers as the primary does');
    });

    test('has any weight, tells it, and is no drift', async (t) => {
      const { bench, router, canary } = await open(t);
      for (const weight of [0, 1, 33, 50, 99, 100, 7, 0]) {
        await router.setWeights(canary, canaryAt(weight), bench.fence());
        assert.deepEqual(await router.weights(canary), canaryAt(weight));
        assert.deepEqual(await router.drift(canary), []);
        await bench.writesNothing('making it right', () => router.reconcile(canary, ALL_TO_CANARY, bench.fence()));
      }
    });

    test('is stamped while it is written, shuts older writers out, and comes back without a trace', async (t) => {
      const { bench, router, canary, route } = await open(t);
      const before = await route();
      await router.setWeights(canary, canaryAt(50), claim(3, 1));
      assert.equal((await route()).metadata.annotations?.[FENCE_ANNOTATION], '3.1');
      await assert.rejects(router.setWeights(canary, canaryAt(60), claim(2, 9)), FencedError);
      await router.setWeights(canary, ALL_TO_PRIMARY, claim(3, 2));
      await assert.rejects(router.setWeights(canary, canaryAt(60), claim(2, 9)), FencedError);
      await router.setWeights(canary, canaryAt(50), claim(3, 3));
      await router.finalize(canary, claim(3, 4));
      const after = await route();
      assert.deepEqual(after['spec'], before['spec']);
      assert.deepEqual(after.metadata.annotations ?? {}, {});
      assert.deepEqual(after.metadata.labels, before.metadata.labels);
      assert.equal(after.metadata.ownerReferences, undefined, 'it stays when the Canary goes');
      await bench.writesNothing('giving it back again', () => router.finalize(canary, claim(3, 5)));
    });

    test('that is applied anew in mid-release is the users’ word: nobody meets the canary, until it is divided again', async (t) => {
      const { bench, router, canary, route } = await open(t);
      await router.setWeights(canary, canaryAt(50), bench.fence());
      await bench.patch(type, 'storefront', { spec: { rules: SPEC.rules } });
      assert.deepEqual(await router.weights(canary), ALL_TO_PRIMARY);
      await router.setWeights(canary, canaryAt(50), bench.fence());
      assert.deepEqual(await router.weights(canary), canaryAt(50));
      // A rule that is new gets the same share.
      const { rules } = (await route())['spec'] as typeof SPEC;
      const more = { matches: [{ path: { type: 'Exact', value: '/new' } }], backendRefs: [service(APP)] };
      await bench.patch(type, 'storefront', { spec: { rules: [...rules, more] } });
      assert.deepEqual(await router.drift(canary), ['HTTPRoute/storefront']);
      await router.reconcile(canary, ALL_TO_PRIMARY, bench.fence());
      assert.deepEqual((await backends(route)).at(-1), [
        [APP, 50],
        [CANARY, 50],
      ]);
    });

    test('finds the way back from whatever users have made of it', async (t) => {
      const { bench, router, canary, route } = await open(t);
      await router.setWeights(canary, canaryAt(50), bench.fence());
      const odd = { backendRefs: [service(APP, 50), service(CANARY, 50), service('docs', 1)] };
      await bench.patch(type, 'storefront', { spec: { rules: [odd] } });
      await router.setWeights(canary, ALL_TO_PRIMARY, bench.fence());
      assert.deepEqual(await backends(route), [
        [
          [APP, 1],
          ['docs', 1],
        ],
      ]);
      assert.deepEqual(await router.weights(canary), ALL_TO_PRIMARY);
    });

    test('is refused by name where it can’t be divided, and stays as it is', async (t) => {
      const { bench, router, canary, route } = await open(t);
      const refused = async (rules: readonly object[], message: RegExp): Promise<void> => {
        await bench.patch(type, 'storefront', { spec: { rules } });
        const before = await route();
        await assert.rejects(router.setWeights(canary, canaryAt(10), bench.fence()), (error) => {
          assert.ok(error instanceof UserError, String(error));
          assert.match(error.message, message);
          return true;
        });
        assert.deepEqual(await route(), before);
      };
      await refused([{ backendRefs: [service('docs')] }], /^backend shop not found in HTTPRoute storefront\./);
      await refused([{ backendRefs: [service(APP, 0)] }], /^backend shop not found .*weight above 0$/);
      await refused([{ backendRefs: [{ ...service(APP), namespace: 'elsewhere' }] }], /^backend shop not found/);
      await refused([{ backendRefs: [service(APP, 10_001)] }], /^backend shop has weight 10001: use 10000 at most/);
      await refused(
        [{ backendRefs: [{ ...service(APP), port: 81 }] }],
        /port 81, the canary has spec\.service\.port 80/,
      );
      await bench.remove(type, 'storefront');
      await assert.rejects(
        router.reconcile(canary, ALL_TO_PRIMARY, bench.fence()),
        /^UserError: HTTPRoute storefront\.\S+ get query error: .*"storefront" not found, create it/,
      );
      assert.deepEqual(await router.drift(canary).catch(() => ['told']), ['HTTPRoute/storefront']);
    });

    test('belongs to one Canary only', async (t) => {
      const { bench, router, canary } = await open(t);
      const other = { ...canary, name: 'other', service: { ...canary.service, name: 'other' } };
      assert.equal(contested(router.owns(canary), router.owns(other))?.name, 'storefront');
      assert.deepEqual(ownedRoutes(canary), router.owns(canary));
      const owner = await bench.anotherCanary();
      await bench.patch(type, 'storefront', { metadata: { ownerReferences: [owner] } });
      await assert.rejects(router.setWeights(canary, canaryAt(10), bench.fence()), ForeignError);
    });

    test('may be several, and takes the place of one that was made for the Canary', async (t) => {
      const { bench, router } = await open(t);
      const generated = bench.canaryWith({
        provider: fields.provider,
        routeRef: undefined,
        service: { port: 80, targetPort: 8080, gatewayRefs: [{ name: 'public', namespace: 'infra' }] },
      });
      await router.setWeights(generated, ALL_TO_PRIMARY, bench.fence());
      await bench.get(type, APP);
      await bench.create(type, { metadata: { name: 'inside' }, spec: { rules: [{ backendRefs: [service(APP)] }] } });
      await bench.cache.getFresh(type, bench.namespace, 'inside');
      const both = bench.canaryWith(fields, { 'serinus.dev/more-routes': 'inside' });
      assert.deepEqual(await router.drift(both), [`HTTPRoute/${APP}`]);
      await router.reconcile(both, ALL_TO_PRIMARY, bench.fence());
      assert.equal(await bench.client.get(type, bench.namespace, APP), undefined);
      await router.setWeights(both, canaryAt(20), bench.fence());
      assert.deepEqual(await backends(() => bench.get(type, 'inside')), [
        [
          [APP, 80],
          [CANARY, 20],
        ],
      ]);
      await router.finalize(both, bench.fence());
      for (const name of ['inside', 'storefront']) {
        const route = await bench.get(type, name);
        assert.deepEqual(withoutStamp(route), { ...route, metadata: { ...route.metadata, annotations: {} } });
        assert.ok(!JSON.stringify(route['spec']).includes(CANARY));
      }
    });
  });
}
