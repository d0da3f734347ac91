import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { begin } from '../../src/activities/begin.js';
import { observe } from '../../src/activities/observe.js';
import { readCanary, parsedCanary } from '../../src/canary/read.js';
import type { Dependencies } from '../../src/dependencies.js';
import { applyCrds } from '../../src/cli/install-crds.js';
import { APPROVALS_ANNOTATION } from '../../src/crds/approvals.js';
import { leaseTerm } from '../../src/domain/decision/plan.js';
import type { Findings } from '../../src/domain/findings.js';
import { initialState } from '../../src/domain/initial.js';
import type { RunState } from '../../src/domain/state.js';
import { FairShare } from '../../src/fair-share.js';
import { CANARIES, DEPLOYMENTS, EVENTS, METRIC_TEMPLATES } from '../../src/kube/object.js';
import { ProcessMeters } from '../../src/meters/process.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { Budget } from '../../src/watch/budget.js';
import { WorkQueue } from '../../src/watch/queue.js';
import { Watcher } from '../../src/watch/watcher.js';
import { asked } from '../../src/workflows/asked.js';
import { wire } from '../../src/processes/wiring.js';
import { recorder, type Line } from '../harness/api/api-bench.js';
import { canaryObject } from '../harness/api/cluster.js';
import { deployment, openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { until } from '../harness/until.js';

/** What this process has used of the processor since: how busy the machine is makes no difference. */
function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN;
}

/** Makes as much text as a query template may. */
const COSTLY = `{{ $x := "aaaaaaaaaa" }}${'{{ $x = print $x $x }}'.repeat(13)}{{ $y := "" }}${'{{ $y = printf "%q" $x }}'.repeat(9)}up`;

describe('a budget', () => {
  const allowance = { burst: 3, perSecond: 1, patienceMs: 10_000, againMs: 60_000 };

  test('gives a burst, then a share, and all of it back after a rest', () => {
    let now = 0;
    const budget = new Budget(
      allowance,
      () => now,
      () => undefined,
    );
    assert.deepEqual(
      [1, 2, 3, 4].map(() => budget.spend('a')),
      [0, 0, 0, 1_000],
    );
    assert.equal(budget.spend('b'), 0, 'each has its own');
    now = 1_000;
    assert.deepEqual([budget.spend('a'), budget.spend('a')], [0, 1_000]);
    now = 10_000;
    assert.deepEqual(
      [1, 2, 3, 4].map(() => budget.spend('a')),
      [0, 0, 0, 1_000],
    );
  });

  test('names who asks for too much without a break, once in a while', () => {
    let now = 0;
    const reported: [string, number][] = [];
    const budget = new Budget(
      allowance,
      () => now,
      (key, ms) => reported.push([key, ms]),
    );
    for (now = 0; now <= 90_000; now += 100) budget.spend('storm');
    assert.deepEqual(
      reported.map(([key]) => key),
      ['storm', 'storm'],
    );
    assert.ok((reported[0]?.[1] ?? 0) >= 10_000);
    for (let at = 0; at < 50; at += 1, now += 2_000) budget.spend('calm');
    assert.equal(reported.length, 2);
  });

  test('keeps a queue from working on one key only', async () => {
    const worked = new Map<string, number>();
    const budget = new Budget(
      { ...allowance, perSecond: 20 },
      () => performance.now(),
      () => undefined,
    );
    const queue = new WorkQueue(
      (key) => {
        worked.set(key, (worked.get(key) ?? 0) + 1);
        return Promise.resolve();
      },
      { concurrency: 1, budget, report: (key, problem) => assert.fail(`${key}: ${problem}`) },
    );
    for (let at = 0; at < 200; at += 1) {
      queue.add('storm');
      if (at === 100) queue.add('other');
      await sleep(1);
    }
    await until(() => Promise.resolve(worked.has('other')), 'the other key is worked on');
    const during = worked.get('storm') ?? 0;
    assert.ok(during < 100, `${during} times`);
    queue.add('storm');
    await until(() => Promise.resolve((worked.get('storm') ?? 0) > during), 'nothing is forgotten');
    queue.stop();
  });
});

describe('a Canary that is hostile to all others', () => {
  let attacker: TestCluster;
  let victim: TestCluster;
  before(async () => {
    attacker = await openCluster();
    victim = await openCluster();
    await applyCrds(attacker.client);
  });
  after(async () => {
    await attacker.close();
    await victim.close();
  });

  const KEYS = Array.from({ length: 36_000 }, (_, key) => `${key.toString(36)}: 0\n`).join('');

  /** One process for all namespaces, which looks and submits nothing. */
  function watching(submitted: Map<string, number>, log: Line[], namespace?: string): Dependencies {
    const nowhere = undefined as unknown as Parameters<typeof wire>[1];
    const logger = recorder(log);
    const deps = wire(attacker.client, nowhere, { ...DEFAULT_SETTINGS, clusterName: 'test', namespace }, logger);
    const submissions = Object.assign(Object.create(deps.submissions), {
      report: (key: { namespace: string; name: string }) => {
        const name = `${key.namespace}/${key.name}`;
        submitted.set(name, (submitted.get(name) ?? 0) + 1);
        return Promise.resolve();
      },
    }) as Dependencies['submissions'];
    return { ...deps, submissions, meters: new ProcessMeters() };
  }

  test('delays another namespace by less than a second', async () => {
    const { client } = attacker;
    const log: Line[] = [];
    const submitted = new Map<string, number>();
    const deps = watching(submitted, log);
    const name = 'cart';
    await client.create(DEPLOYMENTS, deployment(victim.namespace, name, 'podinfo:6.0.0'));
    await client.create(CANARIES, canaryObject(victim.namespace, name));
    const hostile = canaryObject(attacker.namespace, 'hostile');
    const key = { cluster: 'test', namespace: victim.namespace, name };

    /** From a change in the cluster to what is made of it, in time of this process, which is as if it had a processor. */
    const tick = async (priority: number): Promise<number> => {
      const before = process.cpuUsage();
      const { metadata } = await client.patch(CANARIES, 'merge', victim.namespace, name, {
        metadata: { labels: { at: String(priority) } },
      });
      const seen = async (): Promise<boolean> => {
        const view = await readCanary(deps, key);
        return view?.object.metadata.resourceVersion === metadata.resourceVersion && view?.refusal === undefined;
      };
      await until(seen, 'the change is seen');
      return processorMs(before);
    };

    const watcher = new Watcher(deps);
    let storming = true;
    await watcher.start();
    try {
      await until(() => Promise.resolve(submitted.has(`${victim.namespace}/${name}`)), 'the victim is looked at');
      const calm: number[] = [];
      for (let at = 0; at < 7; at += 1) calm.push(await tick(at));

      await client.create(CANARIES, {
        ...hostile,
        metadata: { ...hostile.metadata, annotations: { [APPROVALS_ANNOTATION]: KEYS } },
      });
      const storm = (async () => {
        for (let at = 0; storming; at += 1) {
          const body = { metadata: { labels: { at: String(at) } } };
          await client.patch(CANARIES, 'merge', attacker.namespace, 'hostile', body);
        }
      })();
      const stormy: number[] = [];
      for (let at = 10; at < 17; at += 1) stormy.push(await tick(at));
      storming = false;
      await storm;
      const delay = median(stormy) - median(calm);
      assert.ok(delay < 1_000, `${delay} ms: ${JSON.stringify({ calm, stormy })}`);

      const view = await readCanary(deps, { cluster: 'test', namespace: attacker.namespace, name: 'hostile' });
      assert.equal(view?.refusal?.field, `metadata.annotations["${APPROVALS_ANNOTATION}"]`);
      assert.equal(view.canary, undefined);
    } finally {
      storming = false;
      watcher.stop();
      await deps.cache.stop();
    }
  });

  test('delays a look of another namespace by less than a second in a worker, which names it', async () => {
    const { client } = attacker;
    const log: Line[] = [];
    const deps = {
      ...watching(new Map(), log),
      share: new FairShare({ burstMs: 1_000, msPerSecond: 1, patienceMs: 1, againMs: 600_000, longestMs: 200 }),
    };
    const metrics = Array.from({ length: 40 }, (_, at) => ({
      name: `metric-${at}`,
      interval: '1m',
      templateRef: { name: 'costly' },
      thresholdRange: { max: 1 },
    }));
    const webhooks = Array.from({ length: 100 }, (_, at) => ({
      name: `hook-${at}`,
      url: 'http://nobody.invalid/',
      metadata: Object.fromEntries(Array.from({ length: 60 }, (_, key) => [`key-${key}`, 'x'])),
    }));
    const analysis = { interval: '10s', threshold: 5, maxWeight: 50, stepWeight: 10, metrics, webhooks };
    await client.create(METRIC_TEMPLATES, {
      apiVersion: METRIC_TEMPLATES.apiVersion,
      kind: METRIC_TEMPLATES.kind,
      metadata: { name: 'costly', namespace: attacker.namespace },
      spec: { provider: { type: 'prometheus', address: 'http://nobody.invalid' }, query: COSTLY },
    });
    for (const [namespace, name, more] of [
      [attacker.namespace, 'greedy', { analysis }],
      [victim.namespace, 'calm', {}],
    ] as const) {
      await client.create(DEPLOYMENTS, deployment(namespace, name, 'podinfo:6.0.0'));
      await client.create(APISIX_ROUTES, {
        apiVersion: APISIX_ROUTES.apiVersion,
        kind: APISIX_ROUTES.kind,
        metadata: { name, namespace },
        spec: { http: [{ name: 'web', match: { paths: ['/*'] }, backends: [{ serviceName: name, servicePort: 80 }] }] },
      });
      await client.create(CANARIES, canaryObject(namespace, name, more));
    }
    const look = async (namespace: string, name: string) => {
      const canary = { cluster: 'test', namespace, name };
      const cause = { id: 'test', kind: 'target', by: 'test' } as const;
      await deps.cache.getFresh(CANARIES, namespace, name);
      const taken = await begin(deps, { canary, holder: 'test', leaseSeconds: 60 });
      assert.ok(!taken.gone);
      const state: RunState = { ...initialState(canary, cause, taken, Date.now()), recover: false };
      // As if it had been promoted once: what its checks ask for is looked at before each release.
      const standing = asked({ ...state, phase: 'Initialized', promoted: 'once' });
      const fence = { epoch: state.epoch, seq: 1 };
      const lease = leaseTerm(state, 60);
      const input = { canary, holder: 'test', fence, lease, uid: taken.uid, standing, fresh: false, asOf: Date.now() };
      return () => observe(deps, input, new AbortController().signal);
    };
    try {
      const calm = await look(victim.namespace, 'calm');
      const greedy = await look(attacker.namespace, 'greedy');
      const cost = async (): Promise<number> => {
        const before = process.cpuUsage();
        assert.equal((await calm()).world.problem, undefined);
        return processorMs(before);
      };
      await cost();
      const alone: number[] = [];
      for (let at = 0; at < 2; at += 1) alone.push(await cost());
      let storming = true;
      const looks: Promise<Findings>[] = [];
      const storm = (async () => {
        while (storming) {
          looks.push(greedy());
          await looks.at(-1);
        }
      })();
      const beside: number[] = [];
      for (let at = 0; at < 2; at += 1) beside.push(await cost());
      storming = false;
      await storm;
      const delay = median(beside) - median(alone);
      assert.ok(delay < 1_000, `${delay} ms: ${JSON.stringify({ alone, beside })}`);

      const { world } = await greedy();
      const named = new RegExp(`^what greedy\\.${attacker.namespace} asks for takes more of the worker than its share`);
      assert.match(world.refusals?.at(-1) ?? '', named, 'the condition says it');
      assert.match(world.leftAlone?.at(-1) ?? '', named, 'an event says it');
      assert.equal((await calm()).world.refusals, undefined);
      assert.equal(log.filter(({ message }) => named.test(message)).length, 1);
      const counter = /serinus_throttled_canaries_total\{name="greedy",namespace="[^"]+"\} 1/;
      assert.match(await deps.meters.expose(), counter);
    } finally {
      await deps.cache.stop();
    }
  });

  test('is read once a version, whoever asks', async () => {
    const deps = watching(new Map(), []);
    const object = await attacker.client.get(CANARIES, attacker.namespace, 'hostile');
    assert.ok(object);
    const first = parsedCanary(deps, object);
    assert.equal(parsedCanary(deps, structuredClone(object)), first);
    const newer = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: `${object.metadata.resourceVersion}1` },
    };
    assert.notEqual(parsedCanary(deps, newer), first);
    assert.notEqual(
      parsedCanary({ settings: { ...deps.settings } }, object),
      first,
      'other settings mean other things',
    );
    await deps.cache.stop();
  });

  test('is named by an event, a line of the log and a counter when it changes without a break', async () => {
    const log: Line[] = [];
    const deps = watching(new Map(), log, attacker.namespace);
    const watcher = new Watcher(deps, { burst: 3, perSecond: 1, patienceMs: 2_000, againMs: 60_000 });
    await watcher.start();
    try {
      const said = (): boolean => log.some(({ message }) => message.includes('hostile.'));
      for (let at = 0; at < 2_000 && !said(); at += 1) {
        const body = { metadata: { labels: { storm: String(at) } } };
        await attacker.client.patch(CANARIES, 'merge', attacker.namespace, 'hostile', body);
      }
      assert.ok(said(), 'nothing was said in the log');
      const about = async (): Promise<boolean> => {
        const { items } = await attacker.client.list(EVENTS, { namespace: attacker.namespace });
        return items.some((event) =>
          /^hostile\..* has changed without a break for \d+ s/.test(String(event['message'])),
        );
      };
      await until(about, 'an event names it');
      assert.match(
        await deps.meters.expose(),
        /serinus_throttled_canaries_total\{name="hostile",namespace="[^"]+"\} 1/,
      );
    } finally {
      watcher.stop();
      await deps.cache.stop();
    }
  });
});
