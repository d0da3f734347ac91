import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../harness/until.js';
import { canaryAt } from '../../src/domain/weights.js';
import { ClusterCache } from '../../src/kube/cache.js';
import { remove } from '../../src/kubernetes/write.js';
import { createRouters, routerFor } from '../../src/routers/registry.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { claim } from '../harness/claim.js';
import { openRouterBench } from '../harness/kubernetes/router-bench.js';
import { contour } from './routers/contour.js';
import { gatewayApiV1 } from './routers/gatewayapi.js';
import { istio } from './routers/istio.js';
import { nginx } from './routers/nginx.js';
import { skipper } from './routers/skipper.js';
import { traefik } from './routers/traefik.js';
import { Account } from './rights/account.js';
import { thrownBy } from './rights/witness.js';
import { rowsOf } from './rights/table.js';

for (const provider of [contour, gatewayApiV1, istio, nginx, skipper, traefik]) {
  test(`${provider.provider}: what worker may not do with its objects is told by name, and done later`, async (t) => {
    const bench = await openRouterBench(t, provider, {});
    const { canary, namespace, client } = bench;
    const account = await Account.open(t, { client, namespace }, 'worker', 'router');
    const plurals = new Set(
      routerFor(
        createRouters(new ClusterCache(client, { log: () => undefined }), DEFAULT_SETTINGS),
        provider.provider,
      ).watches.map(({ plural }) => plural),
    );
    const rows = rowsOf('worker').filter(({ resource, verb }) => plurals.has(resource) && verb !== 'watch');
    for (const [i, { verb, group, resource }] of rows.entries()) {
      await account.lose(verb, group, resource);
      const cache = new ClusterCache(account.client, { namespace, log: () => undefined });
      t.after(() => cache.stop());
      const router = routerFor(createRouters(cache, DEFAULT_SETTINGS), provider.provider);
      const fence = claim(i + 1, 1);
      const all = async (): Promise<void> => {
        if (verb === 'update') {
          const kind = router.watches.find(({ plural }) => plural === resource)?.kind;
          await bench.edit((object) => (object.kind === kind ? provider.spoil(object) : object));
        }
        await router.refresh(canary);
        await router.reconcile(canary, canaryAt(i + 1), fence);
        await router.setWeights(canary, canaryAt(i + 1), fence);
        if (verb !== 'delete' && verb !== 'create') return;
        // As those that the Canary names no more.
        for (const object of await bench.stored()) {
          const type = router.watches.find(({ kind, plural }) => kind === object.kind && plural === resource);
          if (type && verb === 'delete') await remove(cache, type, object, { fence });
          else if (type) await client.delete(type, namespace, object.metadata.name);
          if (type) await cache.getFresh(type, namespace, object.metadata.name);
        }
        await router.reconcile(canary, canaryAt(i + 1), fence);
      };
      const thrown = await thrownBy(all);
      // What is refused now and then only is no fault of this provider's.
      assert.match(thrown, new RegExp(`cannot ${verb} resource "${resource}"`), `${verb} ${resource}`);
      await account.regain(verb, group, resource);
      await until(async () => (await thrownBy(all)) === '', `${verb} ${resource} again`);
    }
  });
}
