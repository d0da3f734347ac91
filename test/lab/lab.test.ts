/** One lab for all: what its servers do together, and that nothing of a lab outlives its owner. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { get } from 'node:http';
import { createInterface } from 'node:readline/promises';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { APISIX_ROUTES as ROUTES } from '../../lab/gateway/routing/route-object.js';
import { connectLab, startLab, type Lab, type LabState } from '../../lab/lab.js';
import { applyManifests, labClient } from '../../lab/manifests.js';
import type { KubeClient } from '../../src/kube/client.js';
import { DEPLOYMENTS, PODS, SERVICES, type KubeObject } from '../../src/kube/object.js';
import { pathOf } from '../../src/kube/path.js';
import { isPortFree } from '../../lab/process/ports.js';
import { waitFor } from '../../lab/process/wait.js';
import { ownProcess } from '../../lab/servers/own-process.js';
import { echoDeployment, echoService, isReady, listPods, waitForReadyPods } from '../harness/lab/echo.js';
import { isGone } from '../harness/lab/processes.js';

/** Long enough for a machine that has yet to build every program. */
const BOOT_TIMEOUT_MS = 30 * 60_000;
const infoSchema = z.object({ version: z.string() });

let lab: Lab;
let kube: KubeClient;

before(
  async () => {
    lab = await startLab({ log: (line) => console.error(line), podinfoTags: ['6.0.0', '6.0.1'] });
    kube = await labClient(lab);
    await applyManifests(lab, ['namespace', 'podinfo', 'route']);
  },
  { timeout: BOOT_TIMEOUT_MS },
);

after(async () => {
  await lab?.stop();
});

interface Answer {
  readonly code: number;
  readonly body: string;
}

/** A GET through the gateway; fetch can't set the Host header. */
function ask(path: string, host = 'app.example.com'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(`${lab.gatewayUrl}${path}`, { headers: { host } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      answer.once('end', () => resolve({ code: answer.statusCode ?? 0, body }));
    }).once('error', reject);
  });
}

async function versions(count: number, host?: string): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  for (let index = 0; index < count; index++) {
    const { code, body } = await ask('/api/info', host);
    const version = code === 200 ? infoSchema.parse(JSON.parse(body)).version : String(code);
    seen[version] = (seen[version] ?? 0) + 1;
  }
  return seen;
}

function echoRoute(primary: number, canary: number): KubeObject {
  const backend = (serviceName: string, weight: number) => ({ serviceName, servicePort: 80, weight });
  return {
    apiVersion: 'apisix.apache.org/v2',
    kind: 'ApisixRoute',
    metadata: { namespace: 'test', name: 'echo' },
    spec: {
      http: [
        {
          name: 'rule',
          match: { hosts: ['echo.example.com'], paths: ['/*'] },
          backends: [backend('echo-primary', primary), backend('echo-canary', canary)],
          plugins: [{ name: 'prometheus', enable: true, config: { prefer_name: true } }],
        },
      ],
    },
  };
}

const routeSchema = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), status: z.string(), observedGeneration: z.number() })),
  }),
});

/** Waits until the gateway says that it routes by the newest generation. */
function routeTaken(name: string): Promise<boolean> {
  const isTaken = async () => {
    const { metadata, status } = routeSchema.parse(await kube.get(ROUTES, 'test', name));
    const condition = status.conditions.find(({ type }) => type === 'ResourcesAvailable');
    return (condition?.status === 'True' && condition.observedGeneration === metadata.generation) || undefined;
  };
  return waitFor(`route ${name} to be taken`, isTaken, { timeoutMs: 5_000, everyMs: 5 });
}

describe('the walkthrough’s application', { timeout: 60_000 }, () => {
  it('gets ready and is served through the gateway once its Service exists', async () => {
    const [pod] = await waitForReadyPods(kube, 'test', 'app=podinfo', 1);
    assert.match(pod?.status.podIP ?? '', /^198\.51\.100\./);
    assert.equal((await ask('/api/info')).code, 404);
    await kube.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'podinfo', namespace: 'test' },
      spec: { selector: { app: 'podinfo' }, ports: [{ port: 80, targetPort: 9898 }] },
    });
    await routeTaken('podinfo');
    await waitFor('an endpoint', async () => ((await ask('/')).code === 200 ? true : undefined), { timeoutMs: 5_000 });
    assert.deepEqual(await versions(3), { '6.0.0': 3 });
  });

  it('is measured under APISIX’ metric names, by the pod’s address', async () => {
    const [pod] = await listPods(kube, 'test', 'app=podinfo');
    await ask('/status/500');
    const query = encodeURIComponent('apisix_http_status{route="test_podinfo_method",code="500"}');
    const found = await waitFor(
      'the metric in Prometheus',
      async () => {
        const answer = await fetch(`${lab.prometheusUrl}/api/v1/query?query=${query}`);
        const { data } = querySchema.parse(await answer.json());
        return data.result[0];
      },
      { timeoutMs: 10_000 },
    );
    const { node, matched_uri, matched_host } = found.metric;
    assert.deepEqual([node, matched_uri, matched_host], [pod?.status.podIP, '/*', 'app.example.com']);
  });

  it('is replaced by a new version without a failed request', async () => {
    const image = {
      spec: { template: { spec: { containers: [{ name: 'podinfod', image: 'stefanprodan/podinfo:6.0.1' }] } } },
    };
    await kube.patch(DEPLOYMENTS, 'strategic', 'test', 'podinfo', image);
    const seen: Record<string, number> = {};
    await waitFor(
      'the new version alone',
      async () => {
        const batch = await versions(10);
        for (const [version, count] of Object.entries(batch)) seen[version] = (seen[version] ?? 0) + count;
        return batch['6.0.1'] === 10 || undefined;
      },
      { timeoutMs: 30_000 },
    );
    assert.deepEqual(Object.keys(seen).sort(), ['6.0.0', '6.0.1']);
  });

  it('answers under in-cluster names through the proxy', async () => {
    const curl = promisify(execFile);
    const { stdout } = await curl('curl', ['-s', 'http://podinfo.test/version'], { env: lab.environment() });
    assert.match(stdout, /6\.0\.1/);
    const outside = await curl('curl', ['-s', 'http://example.org/'], { env: lab.environment() });
    assert.match(outside.stdout, /no name in this lab/);
  });
});

const querySchema = z.object({
  data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }),
});

describe('the gateway', { timeout: 60_000 }, () => {
  before(async () => {
    for (const [name, tag] of [
      ['echo-primary', 'v1'],
      ['echo-canary', 'v2'],
    ] as const) {
      await kube.create(DEPLOYMENTS, echoDeployment('test', name, tag, 2));
      await kube.create(SERVICES, echoService('test', name));
      await waitForReadyPods(kube, 'test', `app=${name}`, 2);
    }
    await kube.create(ROUTES, echoRoute(80, 20));
    await routeTaken('echo');
  });

  it('spreads requests by the weights, and by new ones as soon as it says so', async () => {
    assert.deepEqual(await versions(50, 'echo.example.com'), { v1: 40, v2: 10 });
    for (const [primary, canary] of [
      [50, 50],
      [100, 0],
      [0, 100],
    ] as const) {
      await kube.patch(ROUTES, 'merge', 'test', 'echo', echoRoute(primary, canary));
      await routeTaken('echo');
      const { v1 = 0, v2 = 0 } = await versions(20, 'echo.example.com');
      assert.deepEqual([v1, v2], [primary / 5, canary / 5]);
    }
  });

  it('says 503 for a backend without endpoints and 404 for a host without a route', async () => {
    await kube.patch(ROUTES, 'merge', 'test', 'echo', echoRoute(0, 0));
    await routeTaken('echo');
    assert.equal((await ask('/', 'echo.example.com')).code, 503);
    assert.equal((await ask('/', 'nobody.example.com')).code, 404);
  });

  it('fails no request when a pod is gone from one moment to the next', async () => {
    await kube.patch(ROUTES, 'merge', 'test', 'echo', echoRoute(100, 0));
    await routeTaken('echo');
    const [victim] = await waitForReadyPods(kube, 'test', 'app=echo-primary', 2);
    await kube.request('DELETE', pathOf(PODS, 'test', victim?.metadata.name), { gracePeriodSeconds: 0 });
    assert.deepEqual(await versions(200, 'echo.example.com'), { v1: 200 });
  });
});

describe('the lab node', { timeout: 60_000 }, () => {
  it('reports an unknown image like a kubelet', async () => {
    const deployment = echoDeployment('test', 'unknown', 'v1', 1);
    const image = { spec: { template: { spec: { containers: [{ name: 'echo', image: 'example.org/app:1' }] } } } };
    await kube.create(DEPLOYMENTS, deployment);
    await kube.patch(DEPLOYMENTS, 'strategic', 'test', 'unknown', image);
    const waiting = async () => {
      const pods = await listPods(kube, 'test', 'app=unknown');
      return pods.map((pod) => pod.status.containerStatuses[0]?.state.waiting?.reason).find((reason) => reason);
    };
    assert.match(await waitFor('an image error', waiting, { timeoutMs: 10_000 }), /^ErrImagePull|ImagePullBackOff$/);
  });

  it('restarts what crashes and never calls ready what is not', async () => {
    await kube.create(DEPLOYMENTS, echoDeployment('test', 'crashing', 'v1-crash', 1));
    await kube.create(DEPLOYMENTS, echoDeployment('test', 'unready', 'v1-unready', 1));
    const backOff = async () => {
      const [pod] = await listPods(kube, 'test', 'app=crashing');
      const status = pod?.status.containerStatuses[0];
      return status?.state.waiting?.reason === 'CrashLoopBackOff' ? status : undefined;
    };
    const { restartCount } = await waitFor('CrashLoopBackOff', backOff, { timeoutMs: 15_000 });
    assert.equal(restartCount, 1);
    const [unready] = await listPods(kube, 'test', 'app=unready');
    assert.equal(unready && isReady(unready), false);
  });
});

describe('servers that are stopped and started', { timeout: 60_000 }, () => {
  it('Temporal keeps its workflows and its address', async () => {
    const { binary, address } = lab.temporal;
    const temporal = (...args: string[]) => promisify(execFile)(binary, [...args, '--address', address]);
    await temporal('workflow', 'start', '--type', 'Any', '--task-queue', 'none', '--workflow-id', 'survivor');
    await lab.server('temporal').stop();
    assert.equal(lab.server('temporal').pid, null);
    await lab.server('temporal').start();
    const { stdout } = await temporal('workflow', 'describe', '--workflow-id', 'survivor');
    assert.match(stdout, /WorkflowId +survivor/);
  });

  it('pods serve on while the API server is away, and everybody finds it again', async () => {
    await waitForReadyPods(kube, 'test', 'app=echo-primary', 2);
    // From another process's point of view: by the directory, through the owner.
    const connected = await connectLab(lab.directory);
    await connected.server('apiserver').stop('SIGKILL');
    assert.equal((await ask('/', 'echo.example.com')).code, 200);
    await connected.server('apiserver').start();
    await kube.patch(DEPLOYMENTS, 'merge', 'test', 'echo-primary', { spec: { replicas: 3 } });
    await waitForReadyPods(kube, 'test', 'app=echo-primary', 3);
  });
});

describe('the API server’s users', { timeout: 30_000 }, () => {
  it('are counted one by one, and may do what RBAC says', async () => {
    const since = new Date();
    const serinus = await labClient(lab, 'serinus');
    for (let count = 0; count < 3; count++) await assert.rejects(listPods(serinus, 'test', ''), /Forbidden|forbidden/);
    const { total, byKind, requests } = await waitFor(
      'the audit log',
      async () => {
        const counted = await lab.apiRequests({ user: 'serinus', since });
        return counted.total === 3 ? counted : undefined;
      },
      { timeoutMs: 5_000 },
    );
    assert.equal(total, 3);
    assert.deepEqual(byKind, { 'list pods': 3 });
    assert.ok(requests.every(({ code, userAgent }) => code === 403 && userAgent === 'serinus-lab'));
  });
});

describe('two labs side by side', { timeout: 120_000 }, () => {
  it('do not meet, and of one whose owner is killed nothing stays', async () => {
    const { file, args } = ownProcess('test/harness/lab/owner-process.ts', []);
    const owner = spawn(file, args, {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: owner.stdout });
    const [line] = (await once(lines)) as [string];
    const { state, pods } = ownedSchema.parse(JSON.parse(line));
    const others = state.servers.map(({ pid }) => pid);
    assert.ok(lab.describe().servers.every(({ pid }) => !others.includes(pid)));

    const ports = [...urlPorts(state), ...pods.flatMap((pod) => Object.values(pod.ports))];
    const free = () => Promise.all(ports.map(isPortFree));
    assert.ok((await free()).every((isFree) => !isFree));
    assert.equal(pods.length, 2);

    owner.kill('SIGKILL');
    await waitFor('all ports to be free', async () => ((await free()).every(Boolean) ? true : undefined), {
      timeoutMs: 5_000,
    });
    assert.ok(others.every((pid) => pid !== null && isGone(pid)));
    assert.equal((await ask('/', 'echo.example.com')).code, 200);
  });
});

const ownedSchema = z.object({
  state: z.custom<LabState>(),
  pods: z.array(z.object({ ports: z.record(z.string(), z.number()) })),
});

function once(lines: ReturnType<typeof createInterface>): Promise<unknown[]> {
  return new Promise((resolve) => lines.once('line', (...args: unknown[]) => resolve(args)));
}

function urlPorts(state: LabState): number[] {
  const urls = [...state.servers.map(({ url }) => url), state.proxyUrl, state.gatewayMetricsUrl];
  return urls.flatMap((url) => (url ? [Number(new URL(url).port)] : []));
}
