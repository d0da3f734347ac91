import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import axios from 'axios';
import { parseManifest } from '../../lab/kube/apply.js';
import type { Scope } from '../../scripts/rbac/manifests.js';
import { excuseFor, GRANTS, permissionsOf, PROCESSES, type Process } from '../../scripts/rbac/rules.js';
import { checkAnswerSchema, type CheckedCanary } from '../../src/api/schema/check.js';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import {
  CANARIES,
  CONFIG_MAPS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  METRIC_TEMPLATES,
  SECRETS,
} from '../../src/kube/object.js';
import { Roles } from '../harness/roles.js';
import { serinusArguments } from '../harness/serinus.js';
import { until } from '../harness/until.js';
import { APP, appCanary, appDeployment, appRoute, appService } from '../harness/release/objects.js';
import { ReleaseScene } from '../harness/release/scene.js';

/**
 * A release with everything in it, by the three processes as they are deployed: each with its own ServiceAccount and
 * exactly the roles of deploy/rbac. The audit log of the API server then shows what they have asked for.
 */
const READ = ['get', 'list', 'watch'];

test('the roles of deploy/rbac are enough for whole releases, and none is too many', async (t) => {
  const world = await ReleaseScene.open(t);
  const cast = new Cast(t, world);
  await cast.grant();
  const began = new Date();
  const worker = await cast.start('worker', ['--lease-seconds', '6']);
  await cast.start('watch', ['--lease-seconds', '6']);
  const api = await cast.start('api', ['--port', '0', '--auth', 'kubernetes']);

  await applyApplication(world);
  await world.phase('Initialized');

  await t.test('a new image asked for by the API is promoted', async () => {
    const { status, data } = await axios.post<unknown>(
      `${api.url}/api/v1/namespaces/${world.namespace}/canaries/${APP}/rollouts`,
      { images: { web: 'lab/http-echo:2' } },
      { headers: { authorization: `Bearer ${await cast.roles.token('carol')}` }, validateStatus: () => true },
    );
    assert.ok(status < 300, `${status} ${JSON.stringify(data)}`);
    await world.phase('Progressing');
    await world.phase('Succeeded', 90_000);
    assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:2');
  });

  await t.test('a policy is checked, by who may apply it', async () => {
    const manifest = await world.kube.get(CANARIES, world.namespace, APP);
    const headers = { authorization: `Bearer ${await cast.roles.token('carol')}` };
    const check = async (): Promise<CheckedCanary> => {
      const { status, data } = await axios.post<unknown>(
        `${api.url}/api/v1/check`,
        { manifest, metrics: true },
        { headers, validateStatus: () => true },
      );
      assert.equal(status, 200, JSON.stringify(data));
      return checkAnswerSchema.parse(data).canaries[0] ?? assert.fail();
    };
    const passes = ({ metrics = [] }: CheckedCanary): boolean => metrics.every(({ verdict }) => verdict === 'passes');
    // The primary's new pods have just begun to get requests.
    await until(async () => passes(await check()), 'the metrics of the primary pass', 20_000);
    const checked = await check();
    assert.deepEqual(
      checked.metrics?.map(({ metric, of }) => [metric, of]),
      [
        ['always', 'primary'],
        ['request-success-rate', 'primary'],
      ],
    );
    const unseen = checked.findings.filter(({ rule }) => ['not-looked-at', 'missing-object'].includes(rule));
    assert.deepEqual(unseen, []);
  });

  await t.test('changed configuration is promoted, and the autoscaler with it', async () => {
    await world.kube.patch(HORIZONTAL_POD_AUTOSCALERS, 'merge', world.namespace, APP, { spec: { maxReplicas: 3 } });
    const patch = (type: ResourceType, data: Record<string, string>) =>
      world.kube.patch(type, 'merge', world.namespace, APP, { data });
    await patch(CONFIG_MAPS, { COLOUR: 'green' });
    await patch(SECRETS, { TOKEN: Buffer.from('other').toString('base64') });
    const green = async (): Promise<boolean> => {
      const copy = await world.kube.get(CONFIG_MAPS, world.namespace, `${APP}-primary`);
      return (copy?.['data'] as Record<string, string> | undefined)?.['COLOUR'] === 'green';
    };
    await until(green, 'the copy is green', 90_000);
    await world.phase('Succeeded', 60_000);
  });

  await t.test('a version that fails is rolled back', async () => {
    await world.setImage('lab/http-echo:3-crash');
    await world.phase('Failed');
  });

  await t.test('a release whose worker is lost is rolled back by watch', async () => {
    await world.setImage('lab/http-echo:4');
    await world.atWeight(25);
    worker.child.kill('SIGKILL');
    await world.phase('Failed');
    assert.equal(await world.weight(), 0);
    await cast.start('worker', ['--lease-seconds', '6']);
  });

  await t.test('a deleted Canary gives everything back', async () => {
    await world.kube.delete(CANARIES, world.namespace, APP);
    await until(async () => !(await world.kube.get(CANARIES, world.namespace, APP)), 'the Canary is gone', 120_000);
    await until(async () => (await world.replicas(APP)) > 0, 'the target serves again');
  });

  for (const process of PROCESSES)
    await t.test(`${process} asked for what it may, and for nothing else`, () => audit(process));

  async function audit(process: Process): Promise<void> {
    const user = cast.roles.userOf(process);
    const { requests } = await world.lab.apiRequests({ user, since: began });
    const refused = requests.filter(({ code }) => code === 401 || code === 403);
    assert.deepEqual([...new Set(refused.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`))], []);
    const used = new Set(requests.map(({ verb, resource }) => `${verb} ${resource}`));
    const unused = permissionsOf(process).filter((permission) => !used.has(permission));
    for (const permission of unused)
      t.diagnostic(`${process}: ${permission}: ${excuseFor(process, permission) ?? '?'}`);
    const unexplained = unused.filter((permission) => excuseFor(process, permission) === undefined);
    assert.deepEqual(unexplained, [], 'granted, but nobody needs it');
  }
});

test('the ClusterRoles hold in all namespaces, and only what is in them', async (t) => {
  const world = await ReleaseScene.open(t);
  const cast = new Cast(t, world);
  await cast.grant('cluster');
  for (const process of PROCESSES) {
    for (const { group, resource, verbs } of GRANTS) {
      for (const verb of ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const) {
        const may = await cast.roles.may(process, verb, group, resource);
        const granted = verb !== 'deletecollection' && (verbs[process]?.includes(verb) ?? false);
        // Every account may have the reviews of itself; these are other resources.
        assert.equal(may, granted, `${process}: ${verb} ${resource}`);
      }
    }
    for (const [group, resource] of [
      ['', 'pods'],
      ['rbac.authorization.k8s.io', 'clusterroles'],
      ['', 'serviceaccounts/token'],
    ]) {
      assert.equal(await cast.roles.may(process, 'create', group ?? '', resource ?? ''), false, resource);
    }
  }
});

async function applyApplication(world: ReleaseScene): Promise<void> {
  const { namespace } = world;
  const meta = { name: APP, namespace };
  await world.kube.apply(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: meta,
    data: { COLOUR: 'blue' },
  });
  await world.kube.apply(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: meta,
    type: 'Opaque',
    data: { TOKEN: Buffer.from('one').toString('base64') },
  });
  await world.kube.apply(METRIC_TEMPLATES, {
    apiVersion: METRIC_TEMPLATES.apiVersion,
    kind: METRIC_TEMPLATES.kind,
    metadata: meta,
    spec: { provider: { type: 'prometheus', address: world.lab.prometheusUrl }, query: 'vector(1)' },
  });
  await world.kube.apply(HORIZONTAL_POD_AUTOSCALERS, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: meta,
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: APP }, minReplicas: 1, maxReplicas: 2 },
  });
  // The Service was there before the Canary: it is taken over, and given back.
  await world.apply(appService(world.app));
  await world.kube.apply(DEPLOYMENTS, withConfig(appDeployment(world.app)));
  await world.apply(appRoute(world.app));
  const metrics = [
    { name: 'always', templateRef: { name: APP }, thresholdRange: { min: 1 }, interval: '1m' },
    { name: 'request-success-rate', thresholdRange: { min: 99 }, interval: '1m' },
  ];
  const spec = {
    revertOnDeletion: true,
    progressDeadlineSeconds: 10,
    autoscalerRef: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: APP },
  };
  await world.apply(appCanary(world.app, spec, { metrics }));
  world.traffic(20);
}

/** The application reads a ConfigMap and a Secret. */
function withConfig(deployment: KubeObject): KubeObject {
  const copy = structuredClone(deployment) as KubeObject & {
    spec: { template: { spec: { containers: Record<string, unknown>[] } } };
  };
  const [container] = copy.spec.template.spec.containers;
  if (container) container['envFrom'] = [{ configMapRef: { name: APP } }, { secretRef: { name: APP } }];
  return copy;
}

interface Actor {
  readonly child: ChildProcess;
  /** Of the API. */
  readonly url: string;
}

/** ServiceAccounts with roles, and processes that act as they. */
class Cast {
  readonly roles: Roles;
  private readonly children: ChildProcess[] = [];

  constructor(
    t: TestContext,
    private readonly world: ReleaseScene,
  ) {
    const { lab, namespace, kube } = world;
    this.roles = new Roles(t, { directory: lab.directory, kubeconfig: lab.kubeconfig, namespace, kube });
    t.after(() => {
      for (const child of this.children) child.kill('SIGKILL');
    });
  }

  /** Grants what deploy/rbac says, and makes a releaser named carol. */
  async grant(scope: Scope = 'namespaced'): Promise<void> {
    const { namespace } = this.world;
    await this.roles.grant(scope, [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'carol', namespace } },
      ...parseManifest(readFileSync(new URL('../../deploy/rbac/people.yaml', import.meta.url), 'utf8')),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'carol', namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'serinus-releaser' },
        subjects: [{ kind: 'ServiceAccount', name: 'carol', namespace }],
      },
      // She may apply policies too, as kubectl would, and a check reads for her what she may read herself.
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'carol-applies', namespace },
        rules: [
          { apiGroups: ['flagger.app'], resources: ['canaries'], verbs: ['create'] },
          { apiGroups: ['flagger.app'], resources: ['metrictemplates', 'alertproviders'], verbs: READ },
          { apiGroups: [''], resources: ['services', 'configmaps', 'secrets'], verbs: READ },
          { apiGroups: ['apps'], resources: ['deployments', 'daemonsets'], verbs: READ },
          { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: READ },
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
          { apiGroups: ['apisix.apache.org'], resources: ['apisixroutes'], verbs: READ },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'carol-applies', namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'carol-applies' },
        subjects: [{ kind: 'ServiceAccount', name: 'carol', namespace }],
      },
    ]);
  }

  /** Starts a process as its own account. Resolves when it says that it is ready. */
  async start(process: Process, args: readonly string[]): Promise<Actor> {
    const kubeconfig = await this.roles.kubeconfig(process);
    const { world } = this;
    const scope = ['--namespace', world.namespace, '--cluster-name', world.cluster, '--health-port', '0'];
    const child = spawn(globalThis.process.execPath, serinusArguments([process, ...args, ...scope]), {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...globalThis.process.env,
        ...world.lab.environment(),
        KUBECONFIG: kubeconfig,
        SERINUS_METRICS_SERVER: world.lab.prometheusUrl,
        SERINUS_MIN_INTERVAL: '1',
      },
    });
    this.children.push(child);
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    const url = (mark: RegExp): string => mark.exec(log)?.[1] ?? '';
    const health = (): string => url(/Health and metrics on (http:[^"]+)/);
    const ready = async (): Promise<boolean> => {
      if (child.exitCode !== null) throw new Error(`serinus ${process} has ended: ${log}`);
      if (health() === '') return false;
      return (await axios.get(`${health()}/readyz`, { validateStatus: () => true })).status === 200;
    };
    try {
      await until(ready, `serinus ${process}`, 40_000);
    } catch (error) {
      throw new Error(log, { cause: error });
    }
    return { child, url: url(/"url":"(http:[^"]+)"/) };
  }
}
