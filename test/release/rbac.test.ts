import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import axios from 'axios';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { applyObjects, parseManifest, type KubeObject as Manifest } from '../../lab/kube/apply.js';
import { labClient } from '../../lab/manifests.js';
import { rbacFiles } from '../../scripts/rbac/manifests.js';
import { excuseFor, GRANTS, permissionsOf, PROCESSES, type Process } from '../../scripts/rbac/rules.js';
import type { KubeObject, ResourceType } from '../../src/kubernetes/object.js';
import {
  CANARIES,
  CONFIG_MAPS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  METRIC_TEMPLATES,
  SECRETS,
} from '../../src/kubernetes/object.js';
import { until } from '../support/until.js';
import { APP, appCanary, appDeployment, appRoute } from './objects.js';
import { World } from './world.js';

/**
 * A release with everything in it, by the three processes as they are deployed: each with its own ServiceAccount and
 * exactly the roles of deploy/rbac. The audit log of the API server then tells what they have asked for.
 */
test('the roles of deploy/rbac are enough for whole releases, and none is too many', async (t) => {
  const world = await World.open(t);
  const cast = new Cast(t, world);
  await cast.grant();
  const began = new Date();
  const worker = await cast.start('worker', ['--lease-seconds', '2']);
  await cast.start('watch', ['--lease-seconds', '2']);
  const api = await cast.start('api', ['--port', '0', '--auth', 'kubernetes']);

  await applyApplication(world);
  await world.phase('Initialized');

  await t.test('a new image asked for by the API is promoted', async () => {
    const { status, data } = await axios.post<unknown>(
      `${api.url}/api/v1/namespaces/${world.namespace}/canaries/${APP}/rollouts`,
      { images: { web: 'lab/http-echo:2' } },
      { headers: { authorization: `Bearer ${await cast.token('carol')}` }, validateStatus: () => true },
    );
    assert.ok(status < 300, `${status} ${JSON.stringify(data)}`);
    await world.phase('Progressing');
    await world.phase('Succeeded', 90_000);
    assert.equal(await world.image(`${APP}-primary`), 'lab/http-echo:2');
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
    await world.phase('Failed', 90_000);
  });

  await t.test('a release whose worker is lost is rolled back by watch', async () => {
    await world.setImage('lab/http-echo:4');
    await world.atWeight(25);
    worker.child.kill('SIGKILL');
    await world.phase('Failed', 60_000);
    assert.equal(await world.weight(), 0);
    await cast.start('worker', ['--lease-seconds', '2']);
  });

  await t.test('a deleted Canary gives everything back', async () => {
    await world.kube.delete(CANARIES, world.namespace, APP);
    await until(async () => !(await world.kube.get(CANARIES, world.namespace, APP)), 'the Canary is gone', 60_000);
    await until(async () => (await world.replicas(APP)) > 0, 'the target serves again');
  });

  for (const process of PROCESSES)
    await t.test(`${process} asked for what it may, and for nothing else`, () => audit(process));

  async function audit(process: Process): Promise<void> {
    const user = `system:serviceaccount:${world.namespace}:serinus-${process}`;
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
  const world = await World.open(t);
  const cast = new Cast(t, world);
  await cast.grant('cluster');
  for (const process of PROCESSES) {
    for (const { group, resource, verbs } of GRANTS) {
      for (const verb of ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const) {
        const may = await cast.may(process, verb, group, resource);
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
      assert.equal(await cast.may(process, 'create', group ?? '', resource ?? ''), false, resource);
    }
  }
});

async function applyApplication(world: World): Promise<void> {
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
  await world.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta,
    spec: { selector: { app: APP }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  });
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
  private readonly folder = mkdtempSync(join(tmpdir(), 'serinus-rbac-'));
  private readonly children: ChildProcess[] = [];

  constructor(
    t: TestContext,
    private readonly world: World,
  ) {
    t.after(() => {
      for (const child of this.children) child.kill('SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Applies the manifests, with this test's namespace for that in them, and a releaser named carol. */
  async grant(scope: 'cluster' | 'namespaced' = 'namespaced'): Promise<void> {
    const texts = Object.values(rbacFiles(scope));
    const objects = texts.flatMap(parseManifest).map((object) => this.moved(object));
    const { namespace } = this.world;
    const carol: Manifest[] = [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'carol', namespace } },
      ...parseManifest(readFileSync(new URL('../../deploy/rbac/people.yaml', import.meta.url), 'utf8')),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'carol', namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'serinus-releaser' },
        subjects: [{ kind: 'ServiceAccount', name: 'carol', namespace }],
      },
    ];
    const client = await labClient(this.world.lab);
    await applyObjects(client, [...objects, ...carol]);
    client.close();
  }

  /** Names outside of namespaces get this test's namespace in front, since other tests run at the same time. */
  private moved(object: Manifest): Manifest {
    const { namespace } = this.world;
    const text = JSON.stringify(object).replaceAll('"namespace":"serinus"', `"namespace":"${namespace}"`);
    const moved = parseManifest(text)[0] ?? assert.fail();
    if (!moved.kind.startsWith('Cluster')) return moved;
    const name = `${namespace}-${moved.metadata.name}`;
    const { roleRef, ...rest } = z.looseObject({ roleRef: z.looseObject({}).optional() }).parse(moved);
    return {
      ...moved,
      ...rest,
      metadata: { ...moved.metadata, name },
      ...(roleRef && { roleRef: { ...roleRef, name } }),
    };
  }

  async token(account: string): Promise<string> {
    const path = `/api/v1/namespaces/${this.world.namespace}/serviceaccounts/${account}/token`;
    const answer = await this.world.kube.request('POST', path, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    return z.object({ status: z.object({ token: z.string() }) }).parse(answer).status.token;
  }

  async may(process: Process, verb: string, group: string, resource: string): Promise<boolean> {
    const [name, subresource] = resource.split('/');
    const answer = await this.world.kube.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${this.world.namespace}:serinus-${process}`,
        groups: ['system:serviceaccounts', 'system:authenticated'],
        resourceAttributes: { verb, group, resource: name, subresource },
      },
    });
    return z.object({ status: z.object({ allowed: z.boolean().default(false) }) }).parse(answer).status.allowed;
  }

  /** Starts a process as its own account. Resolves when it says that it is ready. */
  async start(process: Process, args: readonly string[]): Promise<Actor> {
    const kubeconfig = await this.kubeconfig(process);
    const { world } = this;
    const scope = ['--namespace', world.namespace, '--cluster-name', world.cluster, '--health-port', '0'];
    const child = spawn(
      globalThis.process.execPath,
      ['--import', 'tsx', 'src/cli/main.ts', process, ...args, ...scope],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          ...globalThis.process.env,
          ...world.lab.environment(),
          KUBECONFIG: kubeconfig,
          SERINUS_METRICS_SERVER: world.lab.prometheusUrl,
          SERINUS_MIN_INTERVAL: '1',
        },
      },
    );
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

  private async kubeconfig(account: Process): Promise<string> {
    const schema = z.looseObject({ clusters: z.array(z.looseObject({ name: z.string() })) });
    const { clusters } = schema.parse(parse(readFileSync(this.world.lab.kubeconfig, 'utf8')));
    const path = join(this.folder, `${account}.yaml`);
    const user = { token: await this.token(`serinus-${account}`) };
    const text = stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters,
      users: [{ name: account, user }],
      contexts: [{ name: account, context: { cluster: clusters[0]?.name, user: account } }],
      'current-context': account,
    });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }
}
