import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { buildApi } from '../../src/api/build.js';
import type { App } from '../../src/api/routes/app.js';
import { APPROVALS_ANNOTATION } from '../../src/crds/approvals.js';
import type { Dependencies } from '../../src/dependencies.js';
import { CANARIES, type KubeObject } from '../../src/kube/object.js';
import { openApi, testDependencies, type ApiBench } from '../harness/api/api-bench.js';
import { get, post } from '../harness/api/client.js';
import { canaryObject } from '../harness/api/cluster.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { until } from '../harness/until.js';

/** What this process has used of the processor since: how busy the machine is makes no difference. */
function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN;
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** What it takes here to read and write a text as large as an object of the API server may be. */
function yardstickMs(): number {
  const text = JSON.stringify(many(30_000, (at) => ({ name: `key-${at}`, value: 'x'.repeat(20) })));
  return median(
    many(5, () => {
      const began = process.cpuUsage();
      JSON.stringify(JSON.parse(text));
      return processorMs(began);
    }),
  );
}

/** A second of a quiet machine; parsing by keys that are compared with one another took several hundred of them. */
const YARDSTICKS = 50;
const ROUNDS = 3;

let bench: ApiBench;
let attacker: TestCluster;
let app: App;
let deps: Dependencies;
before(async () => {
  bench = await openApi();
  attacker = await openCluster();
  // One process for all namespaces.
  const everywhere = undefined;
  deps = testDependencies(bench.world.client, everywhere, bench.cluster, bench.client, bench.log);
  const options = { authentication: { kind: 'none' }, version: 'test', readMs: 30_000, workerMs: 60_000 } as const;
  app = buildApi(deps, bench.client, options);
});
after(async () => {
  await app.close();
  await deps.cache.stop();
  await attacker.close();
  await bench.close();
});

const hostile = (): KubeObject => canaryObject(attacker.namespace, 'hostile');
const annotated = (text: string): KubeObject => {
  const object = hostile();
  return { ...object, metadata: { ...object.metadata, annotations: { [APPROVALS_ANNOTATION]: text } } };
};
const withStatus = (status: object): KubeObject => ({
  ...hostile(),
  status: { phase: 'Progressing', canaryWeight: 5, failedChecks: 0, iterations: 0, ...status },
});

/** The API server takes each of them. */
const HOSTILE: Readonly<Record<string, () => KubeObject>> = {
  'thousands of keys in an annotation': () => annotated(many(36_000, (key) => `${key.toString(36)}: 0\n`).join('')),
  'deep brackets in an annotation': () => annotated('['.repeat(200_000)),
  'thousands of conditions': () =>
    withStatus({
      conditions: many(2_000, (at) => ({ type: `T${at}`, status: 'True', reason: 'x', message: 'y'.repeat(50) })),
    }),
  'thousands of tracked configs': () =>
    withStatus({ trackedConfigs: Object.fromEntries(many(3_000, (at) => [`configmap/${at}`, 'abc'])) }),
  'a message of nothing but dots and slashes': () =>
    withStatus({
      lastAppliedSpec: '{'.repeat(200_000),
      conditions: [{ type: 'Promoted', status: 'Unknown', reason: 'x', message: `/${'a.'.repeat(50)}`.repeat(3_000) }],
    }),
};

describe('a Canary that is hostile to the API', () => {
  test('costs reads of another namespace, and checks, less than a second of the processor', async () => {
    const { client, namespace } = bench.world;
    const { name } = await bench.world.canary();
    const of = (ns: string, canary: string): string => `/api/v1/namespaces/${ns}/canaries/${canary}`;
    await until(async () => (await get(app, of(namespace, name))).status === 200, 'the Canary is seen');
    const manifest = JSON.stringify(canaryObject(namespace, name));
    const ASKED: Readonly<Record<string, () => Promise<{ status: number }>>> = {
      'the list of the namespace': () => get(app, `/api/v1/canaries?namespace=${namespace}`),
      'the list of all': () => get(app, '/api/v1/canaries'),
      'a Canary': () => get(app, of(namespace, name)),
      'its live view': () => get(app, `${of(namespace, name)}/live`),
      'a check': () => post(app, '/api/v1/check', { manifest }),
    };
    const cost = async (ask: () => Promise<{ status: number }>, status = 200): Promise<number> => {
      const began = process.cpuUsage();
      assert.equal((await ask()).status, status);
      return processorMs(began);
    };
    const bound = YARDSTICKS * yardstickMs();

    for (const [kind, make] of Object.entries(HOSTILE)) {
      const object = make();
      await client.create(CANARIES, object);
      if (object['status']) {
        const body = { status: object['status'] };
        await client.patch(CANARIES, 'merge', attacker.namespace, 'hostile', body, { subresource: 'status' });
      }
      const seen = async (): Promise<boolean> => (await get(app, of(attacker.namespace, 'hostile'))).status === 200;
      await until(seen, `${kind} is seen`);
      const costs = new Map<string, number[]>();
      for (let round = 0; round < ROUNDS; round += 1) {
        // Each round meets a version that nobody has read yet.
        const body = { metadata: { labels: { round: String(round) } } };
        const { metadata } = await client.patch(CANARIES, 'merge', attacker.namespace, 'hostile', body);
        const known = async (): Promise<boolean> => {
          const held = await deps.cache.get(CANARIES, attacker.namespace, 'hostile');
          return held?.metadata.resourceVersion === metadata.resourceVersion;
        };
        await until(known, 'the new version is seen');
        for (const [what, ask] of Object.entries(ASKED)) {
          costs.set(what, [...(costs.get(what) ?? []), await cost(ask)]);
        }
        const own = await cost(() => get(app, of(attacker.namespace, 'hostile')));
        costs.set('the hostile one', [...(costs.get('the hostile one') ?? []), own]);
      }
      for (const [what, times] of costs) {
        assert.ok(median(times) < bound, `${kind}: ${what} took ${String(times)} ms, and ${bound} at most is right`);
      }
      await client.delete(CANARIES, attacker.namespace, 'hostile');
      const gone = async (): Promise<boolean> => (await get(app, of(attacker.namespace, 'hostile'))).status === 404;
      await until(gone, `${kind} is gone`);
    }
  });
});
