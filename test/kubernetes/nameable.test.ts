import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeClient } from '../../src/kube/client.js';
import { SERVICES, type KubeObject, type ResourceType } from '../../src/kube/object.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { allowNoPods } from '../harness/kubernetes/no-pods.js';
import { dependencies } from './repair/dependencies.js';
import { Rig } from './repair/rig.js';

// A gateway may take no route over that names a Service which isn't there: whoever is told to send nothing there any more
// goes on sending. So the Service is there before the route is written, also where it gets no requests.

describe('the canary’s Service is gone when its traffic is to come home', () => {
  let cluster: TestCluster;
  let deps: ReturnType<typeof dependencies>;
  const written: string[] = [];

  before(async () => {
    cluster = await openCluster();
    const { client, namespace } = cluster;
    await allowNoPods(client, namespace);
    deps = dependencies(noting(client, written), namespace);
  });

  after(async () => {
    await deps.stop();
    await cluster.close();
  });

  const ways: readonly (readonly [string, (rig: Rig) => Promise<void>])[] = [
    ['a promotion', (rig) => rig.apply([{ do: 'weights', primary: 100, canary: 0 }])],
  ];
  for (const [at, [what, way]] of ways.entries()) {
    test(`${what} makes it again, and then writes the route`, async () => {
      const rig = await Rig.open(deps, cluster.namespace, `home-${at}`, 'progressing');
      assert.notEqual(await rig.canaryWeight(), 0);
      const { items } = await cluster.client.list(SERVICES, { namespace: cluster.namespace });
      const service = items.find(({ metadata: { name } }) => name.startsWith(rig.name) && name.endsWith('-canary'));
      assert.ok(service);
      await cluster.client.delete(SERVICES, cluster.namespace, service.metadata.name);
      await deps.cache.getFresh(SERVICES, cluster.namespace, service.metadata.name);
      written.length = 0;
      await way(rig);
      assert.equal(await rig.canaryWeight(), 0);
      const made = written.indexOf(`create Service/${service.metadata.name}`);
      const routed = written.findIndex((one) => one.startsWith('replace ApisixRoute/'));
      assert.ok(made >= 0 && made < routed, written.join('\n'));
    });
  }
});

/** Notes what is made and replaced. */
function noting(client: KubeClient, written: string[]): KubeClient {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        const [type, object] = args as [ResourceType, KubeObject];
        if (key === 'create' || key === 'replace') written.push(`${key} ${type.kind}/${object.metadata.name}`);
        return Reflect.apply(value, target, args);
      };
    },
  });
}
