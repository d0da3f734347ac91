import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { buildPrimary, giveServiceBack, reconcileAll } from '../../src/canary/generated.js';
import { driftOf } from '../../src/canary/survey.js';
import { ALL_TO_PRIMARY } from '../../src/domain/weights.js';
import { DAEMON_SETS, DEPLOYMENTS, SERVICES, type KubeObject } from '../../src/kube/object.js';
import { APP, WorkloadBench } from '../harness/kubernetes/workload-bench.js';

// The three Services of a Canary with pods, as the API server stores them.

const SHIELD = {
  'kustomize.toolkit.fluxcd.io/reconcile': 'disabled',
  'helm.toolkit.fluxcd.io/driftDetection': 'disabled',
};
const [APEX, PRIMARY, CANARY] = [APP, `${APP}-primary`, `${APP}-canary`];
const ALL = [APEX, PRIMARY, CANARY];
const PORTS = [
  { name: 'http', containerPort: 9898 },
  { name: 'http-metrics', containerPort: 8080 },
  { containerPort: 8888 },
];

interface ServiceSpec {
  readonly type: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly clusterIP: string;
  readonly trafficDistribution?: string;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly targetPort: number | string;
    readonly appProtocol?: string;
    readonly nodePort?: number;
  }[];
}

/** A target whose selector label has another value than its name. */
async function open(
  t: TestContext,
  service: object,
  kind: 'Deployment' | 'DaemonSet' = 'Deployment',
): Promise<WorkloadBench> {
  const targetRef = { apiVersion: 'apps/v1', kind, name: APP };
  const bench = await WorkloadBench.open(t, { targetRef, service: { port: 80, ...service } });
  await bench.create(kind === 'Deployment' ? DEPLOYMENTS : DAEMON_SETS, {
    metadata: { name: APP },
    spec: {
      selector: { matchLabels: { tier: 'web', 'app.kubernetes.io/name': 'cart' } },
      template: {
        metadata: { labels: { tier: 'web', 'app.kubernetes.io/name': 'cart' } },
        spec: { containers: [{ name: 'podinfo', image: 'lab/http-echo:1', ports: PORTS }] },
      },
    },
  });
  return bench;
}

async function made(t: TestContext, service: object, kind?: 'Deployment' | 'DaemonSet'): Promise<WorkloadBench> {
  const bench = await open(t, service, kind);
  await reconcileAll(bench.cache, bench.bench, ALL_TO_PRIMARY, bench.fence());
  return bench;
}

const specOf = (bench: WorkloadBench, name: string) => bench.spec<ServiceSpec>(SERVICES, name);
const drift = async (bench: WorkloadBench): Promise<readonly string[]> =>
  driftOf(bench.cache, bench.bench, await bench.workload.look(bench.canary));
const reconcile = (bench: WorkloadBench) => reconcileAll(bench.cache, bench.bench, ALL_TO_PRIMARY, bench.fence());

for (const kind of ['Deployment', 'DaemonSet'] as const) {
  test(`${kind}: the apex and the primary lead to the primary, the canary to the target`, async (t) => {
    const bench = await open(t, {}, kind);
    await buildPrimary(bench.cache, bench.bench, bench.fence());
    assert.equal(await bench.client.get(SERVICES, bench.namespace, APEX), undefined, 'users aren’t touched yet');
    await reconcile(bench);
    const label = 'app.kubernetes.io/name';
    assert.deepEqual((await specOf(bench, APEX)).selector, { tier: 'web', [label]: 'cart-primary' });
    assert.deepEqual((await specOf(bench, PRIMARY)).selector, { tier: 'web', [label]: 'cart-primary' });
    assert.deepEqual((await specOf(bench, CANARY)).selector, { tier: 'web', [label]: 'cart' });
    for (const name of ALL) {
      const { metadata } = await bench.get(SERVICES, name);
      assert.deepEqual(metadata.labels, { [label]: name });
      assert.deepEqual(metadata.annotations, SHIELD);
      assert.deepEqual(metadata.ownerReferences, [bench.canary.owner]);
      const { type, ports } = await specOf(bench, name);
      assert.equal(type, 'ClusterIP');
      assert.deepEqual(ports, [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }]);
    }
    assert.deepEqual(await drift(bench), []);
    await bench.writesNothing('reconciling', () => reconcile(bench));
  });
}

test('all that a spec says of the Services', async (t) => {
  const bench = await made(t, {
    name: 'shop-web',
    portName: 'grpc',
    targetPort: 'http',
    appProtocol: 'grpc',
    trafficDistribution: 'PreferClose',
    portDiscovery: true,
    headless: true,
    apex: { labels: { of: 'apex' }, annotations: { team: 'red' } },
    primary: { labels: { of: 'primary' } },
    canary: { annotations: { 'prometheus.io/scrape': 'false' } },
  });
  for (const name of ['shop-web', 'shop-web-primary', 'shop-web-canary']) {
    const spec = await specOf(bench, name);
    assert.equal(spec.clusterIP, 'None');
    assert.equal(spec.trafficDistribution, 'PreferClose');
    assert.deepEqual(
      spec.ports.map(({ name: of, port, targetPort, appProtocol }) => [of, port, targetPort, appProtocol]),
      [
        ['grpc', 80, 'http', 'grpc'],
        ['http-metrics', 8080, 8080, undefined],
        ['tcp-podinfo-2', 8888, 8888, undefined],
      ],
    );
  }
  const metadata = async (name: string) => {
    const { labels, annotations } = (await bench.get(SERVICES, name)).metadata;
    return { labels, annotations };
  };
  const label = (name: string) => ({ 'app.kubernetes.io/name': name });
  assert.deepEqual(await metadata('shop-web'), {
    labels: { ...label('shop-web'), of: 'apex' },
    annotations: { ...SHIELD, team: 'red' },
  });
  assert.deepEqual(await metadata('shop-web-primary'), {
    labels: { ...label('shop-web-primary'), of: 'primary' },
    annotations: SHIELD,
  });
  assert.deepEqual(await metadata('shop-web-canary'), {
    labels: label('shop-web-canary'),
    annotations: { ...SHIELD, 'prometheus.io/scrape': 'false' },
  });
  assert.equal((await bench.get(DEPLOYMENTS, PRIMARY)).metadata.name, PRIMARY, 'the workload keeps the target’s name');
  assert.deepEqual(await drift(bench), []);
});

test('what is bent is put right, what belongs to others is left alone', async (t) => {
  const bench = await made(t, {
    targetPort: 9898,
    primary: { annotations: { team: 'red' } },
    unmanagedMetadata: { labels: ['mesh'], annotations: ['mesh', 'added-later'] },
  });
  await bench.patch(SERVICES, PRIMARY, {
    metadata: {
      labels: { mesh: 'on', stray: 'x' },
      annotations: { mesh: 'on', stray: 'x', team: 'blue', 'added-later': 'y' },
    },
    spec: { ports: [{ name: 'wrong', protocol: 'TCP', port: 81, targetPort: 9898 }], sessionAffinity: 'ClientIP' },
  });
  await bench.patch(SERVICES, CANARY, { spec: { selector: { 'app.kubernetes.io/name': 'nobody' } } });
  assert.deepEqual(await drift(bench), [`Service/${CANARY}`, `Service/${PRIMARY}`]);
  await reconcile(bench);
  const { metadata, spec } = await bench.get(SERVICES, PRIMARY);
  assert.deepEqual(metadata.labels, { 'app.kubernetes.io/name': PRIMARY, mesh: 'on' });
  assert.deepEqual(metadata.annotations, { ...SHIELD, mesh: 'on', team: 'red', 'added-later': 'y' });
  assert.deepEqual((spec as ServiceSpec).ports, [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 9898 }]);
  assert.equal(
    (spec as { sessionAffinity?: string }).sessionAffinity,
    'ClientIP',
    'what Serinus says nothing of stays',
  );
  assert.deepEqual((await specOf(bench, CANARY)).selector, { tier: 'web', 'app.kubernetes.io/name': 'cart' });
  assert.deepEqual(await drift(bench), []);
});

/** The Service that the application had before the Canary. */
async function withUsersService(
  t: TestContext,
  metadata: object = {},
): Promise<{ bench: WorkloadBench; before: KubeObject }> {
  const bench = await open(t, { targetPort: 9898 });
  const before = await bench.create(SERVICES, {
    metadata: { name: APEX, labels: { team: 'red' }, annotations: { note: 'mine' }, ...metadata },
    spec: {
      type: 'NodePort',
      selector: { tier: 'web' },
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
    },
  });
  await reconcile(bench);
  return { bench, before };
}

test('a Service that was there before leads to the primary and stays its users’', async (t) => {
  const { bench, before } = await withUsersService(t);
  const { metadata } = await bench.get(SERVICES, APEX);
  assert.deepEqual(metadata.labels, { team: 'red' });
  assert.deepEqual(metadata.annotations, { note: 'mine', ...SHIELD });
  assert.equal(metadata.ownerReferences, undefined);
  const spec = await specOf(bench, APEX);
  const was = before['spec'] as ServiceSpec;
  assert.deepEqual(
    [spec.type, spec.clusterIP, spec.ports[0]?.targetPort, spec.ports[0]?.nodePort],
    ['NodePort', was.clusterIP, 9898, was.ports[0]?.nodePort],
  );
  // Their labels and annotations are theirs, in later rounds too.
  await bench.patch(SERVICES, APEX, { metadata: { annotations: { more: 'x' }, labels: { of: 'them' } } });
  assert.deepEqual(await drift(bench), []);
  await bench.writesNothing('reconciling', () => reconcile(bench));
});

test('it is given back: to the target, or to whom kubectl has applied it; what was made for the Canary is left to go with it', async (t) => {
  const { bench } = await withUsersService(t);
  await giveServiceBack(bench.cache, bench.bench, bench.fence());
  assert.deepEqual((await specOf(bench, APEX)).selector, { tier: 'web', 'app.kubernetes.io/name': 'cart' });

  const applied = (text: string) => ({ 'kubectl.kubernetes.io/last-applied-configuration': text });
  await bench.patch(SERVICES, APEX, {
    metadata: { annotations: applied(JSON.stringify({ spec: { selector: { tier: 'web' } } })) },
  });
  await bench.patch(SERVICES, APEX, { spec: { selector: { 'app.kubernetes.io/name': 'cart-primary' } } });
  await giveServiceBack(bench.cache, bench.bench, bench.fence());
  assert.deepEqual((await specOf(bench, APEX)).selector, { tier: 'web' });

  await bench.patch(SERVICES, APEX, {
    metadata: { annotations: applied('{not JSON') },
    spec: { selector: { tier: null, a: 'b' } },
  });
  await giveServiceBack(bench.cache, bench.bench, bench.fence());
  assert.deepEqual((await specOf(bench, APEX)).selector, { tier: 'web', 'app.kubernetes.io/name': 'cart' });

  const own = await made(t, {});
  await own.writesNothing('giving back what isn’t theirs', () => giveServiceBack(own.cache, own.bench, own.fence()));
  await own.remove(SERVICES, APEX);
  await own.writesNothing('giving back what isn’t there', () => giveServiceBack(own.cache, own.bench, own.fence()));
});
