import { test, type TestContext } from 'node:test';
import type { Process } from '../../scripts/rbac/rules.js';
import { ALL_TO_PRIMARY, canaryAt } from '../../src/domain/weights.js';
import { ClusterCache } from '../../src/kube/cache.js';
import { clusterClient } from '../../src/kube/connect.js';
import { CONFIG_MAPS, SECRETS } from '../../src/kube/object.js';
import { createRouters, routerFor } from '../../src/routers/registry.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { Roles } from '../harness/roles.js';
import { kubeconfig } from '../harness/kubernetes/cluster.js';
import { openRouterBench, type RouterBench } from '../harness/kubernetes/router-bench.js';
import { apisix } from './routers/apisix.js';
import { contour } from './routers/contour.js';
import { gatewayApiV1, gatewayApiV1beta1 } from './routers/gatewayapi.js';
import { istio } from './routers/istio.js';
import { nginx } from './routers/nginx.js';
import { skipper } from './routers/skipper.js';
import { traefik } from './routers/traefik.js';
import { claim } from '../harness/claim.js';

const PROVIDERS = [apisix, contour, gatewayApiV1, gatewayApiV1beta1, istio, nginx, skipper, traefik];
const FENCE = claim(1, 1);
const LATER = claim(2, 1);

for (const provider of PROVIDERS) {
  test(
    `${provider.provider}: the roles of worker and watch are enough for a release`,
    { timeout: 30_000 },
    async (t) => {
      const bench = await openRouterBench(t, provider, {});
      const { canary, namespace, client } = bench;
      const roles = rolesIn(t, bench);
      await roles.grant('namespaced');

      const worker = routerFor(
        createRouters(await cacheOf(t, roles, namespace, 'worker'), DEFAULT_SETTINGS),
        canary.provider,
      );
      await worker.reconcile(canary, ALL_TO_PRIMARY, FENCE);
      await worker.setWeights(canary, canaryAt(30), FENCE);
      await worker.drift(canary);

      const watch = routerFor(
        createRouters(await cacheOf(t, roles, namespace, 'watch'), DEFAULT_SETTINGS),
        canary.provider,
      );
      await watch.setWeights(canary, ALL_TO_PRIMARY, LATER);
      const typeOf = (kind: string) => watch.watches.find((type) => type.kind === kind);
      for (const object of await bench.stored()) {
        const type = typeOf(object.kind);
        if (type) await client.delete(type, namespace, object.metadata.name);
      }
      await watch.refresh(canary);
      await watch.setWeights(canary, ALL_TO_PRIMARY, LATER);

      await worker.refresh(canary);
      await worker.finalize(canary, LATER);
    },
  );
}

function rolesIn(t: TestContext, { namespace, client }: RouterBench): Roles {
  const directory = process.env['SERINUS_LAB'];
  if (directory === undefined) throw new Error('SERINUS_LAB is not set: run the tests with npm test');
  return new Roles(t, { directory, kubeconfig: kubeconfig(), namespace, kube: client });
}

/** What a process with just its own role sees. */
async function cacheOf(t: TestContext, roles: Roles, namespace: string, of: Process): Promise<ClusterCache> {
  const client = clusterClient({ kubeconfig: await roles.kubeconfig(of), userAgent: `serinus-test-${of}` });
  const cache = new ClusterCache(client, { namespace, metadataOnly: [CONFIG_MAPS, SECRETS], log: () => undefined });
  t.after(() => cache.stop());
  return cache;
}
