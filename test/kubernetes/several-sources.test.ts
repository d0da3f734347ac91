import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Canary } from '../../src/crds/canary.js';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, canaryAt } from '../../src/domain/weights.js';
import { UserError } from '../../src/errors.js';
import type { ResourceType } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import type { Router } from '../../src/routers/port.js';
import { createRouters, routerFor } from '../../src/routers/registry.js';
import { INGRESSES } from '../../src/routers/shared/ingress.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { APP, WorkloadBench } from '../harness/kubernetes/workload-bench.js';

// Several Ingresses, or routes, that lead to one Canary's service: all of them are divided alike.

const backend = { service: { name: APP, port: { number: 80 } } };
const ingress = (host: string) => ({
  rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
});
const route = (host: string) => ({
  http: [{ name: 'web', match: { hosts: [host], paths: ['/*'] }, backends: [{ serviceName: APP, servicePort: 80 }] }],
});

interface Case {
  readonly type: ResourceType;
  readonly annotation: string;
  readonly ref: string;
  readonly spec: (host: string) => object;
  readonly made: (name: string) => string;
}

const byIngress = { type: INGRESSES, annotation: 'serinus.dev/more-ingresses', ref: 'ingressRef', spec: ingress };
const CASES: Readonly<Record<string, Case>> = {
  nginx: { ...byIngress, made: (name) => `${name}-canary` },
  skipper: { ...byIngress, made: (name) => `${name}-canary` },
  apisix: {
    type: APISIX_ROUTES,
    annotation: 'serinus.dev/more-routes',
    ref: 'routeRef',
    spec: route,
    made: (name) => `${name}-${APP}-canary`,
  },
};

for (const [provider, { type, annotation, ref, spec, made }] of Object.entries(CASES)) {
  describe(provider, () => {
    const open = async (t: TestContext) => {
      const sourceRef = { apiVersion: type.apiVersion, kind: type.kind, name: 'shop' };
      const fields = { provider, ingressRef: undefined, routeRef: undefined, [ref]: sourceRef };
      const bench = await WorkloadBench.open(t, JSON.parse(JSON.stringify(fields)) as typeof fields);
      for (const name of ['shop', 'inside', 'other']) {
        await bench.create(type, { metadata: { name }, spec: spec(`${name}.${bench.namespace}`) });
      }
      const router = routerFor(createRouters(bench.cache, DEFAULT_SETTINGS), provider);
      const canary = (more: string) => bench.canaryWith(fields, { [annotation]: more });
      return { bench, router, canary };
    };
    const each = async (router: Router, canary: Canary, names: readonly string[]) =>
      Promise.all(
        names.map((name) => {
          const own = { ...canary.own, moreSources: [] };
          const of = ref === 'ingressRef' ? canary.ingressRef : canary.routeRef;
          return router.weights({ ...canary, own, [ref]: { ...of, name } });
        }),
      );

    test('all of them have the same weights, and what is made goes with the name', async (t) => {
      const { bench, router, canary } = await open(t);
      const both = canary('inside, shop');
      await router.reconcile(both, ALL_TO_PRIMARY, bench.fence());
      await router.setWeights(both, canaryAt(30), bench.fence());
      assert.deepEqual(await each(router, both, ['shop', 'inside']), [canaryAt(30), canaryAt(30)]);
      assert.deepEqual(await router.weights(both), canaryAt(30));
      assert.deepEqual(await router.drift(both), []);
      const all = canary('inside,other');
      assert.deepEqual(await router.drift(all), [`${type.kind}/${made('other')}`]);
      await router.reconcile(all, ALL_TO_PRIMARY, bench.fence());
      assert.deepEqual(await each(router, all, ['other']), [canaryAt(30)], 'one that is new has what the others have');
      const one = canary('other');
      assert.deepEqual(await router.drift(one), [`${type.kind}/${made('inside')}`]);
      await router.reconcile(one, ALL_TO_PRIMARY, bench.fence());
      assert.equal(await bench.client.get(type, bench.namespace, made('inside')), undefined);
      assert.deepEqual(await router.drift(one), []);
      await bench.get(type, 'inside');
      await bench.writesNothing('reconciling', () => router.reconcile(one, ALL_TO_PRIMARY, bench.fence()));
    });

    test('one that can’t be reached keeps no other on the canary', async (t) => {
      const { bench, router, canary } = await open(t);
      const both = canary('inside');
      await router.reconcile(both, ALL_TO_PRIMARY, bench.fence());
      await router.setWeights(both, ALL_TO_CANARY, bench.fence());
      await bench.remove(type, made('shop'));
      await bench.remove(type, 'shop');
      await assert.rejects(router.setWeights(both, ALL_TO_PRIMARY, bench.fence()), UserError);
      assert.deepEqual(await each(router, both, ['inside']), [ALL_TO_PRIMARY]);
    });
  });
}
