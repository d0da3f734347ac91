import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { GRANTS } from '../../scripts/rbac/rules.js';
import { createChecks } from '../../src/checks/live-checks.js';
import { statusOf } from '../../src/domain/decision/effects.js';
import { isActive } from '../../src/domain/phases.js';
import { REFUSED_MS } from '../../src/domain/strays.js';
import { until } from '../harness/until.js';
import { isSighted } from '../../src/processes/engine.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { allowNoPods } from '../harness/kubernetes/no-pods.js';
import { dependencies } from './repair/dependencies.js';
import { Rig } from './repair/rig.js';
import { Account } from './rights/account.js';
import { NEEDS } from './rights/needs.js';
import type { Need, Needs } from './rights/provoking.js';
import { logTo } from './rights/witness.js';
import { mismatches, outcomeOf, renderLegend, renderTable, rowsOf, WRITING } from './rights/table.js';

/** What is gone through below, or where metrics are asked, or cannot be asked for here. */
const ELSEWHERE: readonly string[] = [
  'canaries/finalizers',
  'alertproviders',
  'httproutes',
  'virtualservices',
  'destinationrules',
  'httpproxies',
  'traefikservices',
  'ingresses',
  'keptnmetrics',
  'analyses',
];

/** Longer than repairs are counted. */
const FORGOTTEN_MS = 660_000;

test('every right of a role has an outcome, which docs/rights.md shows', () => {
  for (const process of WRITING)
    assert.deepEqual(mismatches(process), [], `${process}: say what becomes of it without`);
  const needed = NEEDS.flatMap(({ resource, each }) => each.map(({ verb }) => `${verb} ${resource}`));
  const worker = rowsOf('worker').filter(({ resource }) => !ELSEWHERE.includes(resource));
  const unneeded = worker
    .filter(({ resource, verb }) => outcomeOf('worker', resource, verb) !== 'not ready')
    .map(({ verb, resource }) => `${verb} ${resource}`)
    .filter((right) => !needed.includes(right));
  assert.deepEqual(unneeded, [], 'nobody goes through it');
  const plain = (markdown: string): string => markdown.replaceAll(/ +/g, ' ').replaceAll(/-+/g, '-');
  const text = plain(readFileSync(new URL('../../docs/rights.md', import.meta.url), 'utf8').replaceAll('\n  ', ' '));
  for (const process of WRITING)
    assert.ok(text.includes(plain(renderTable(process))), `docs/rights.md must hold:\n\n${renderTable(process)}`);
  assert.ok(text.includes(plain(renderLegend())), `and:\n\n${renderLegend()}`);
});

test('worker without one of its rights', { concurrency: 6 }, async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  await allowNoPods(cluster.client, cluster.namespace);
  await Promise.all(
    NEEDS.map((needs) => t.test(needs.resource, { timeout: 400_000 }, (lane) => worker(lane, cluster, needs))),
  );
});

async function worker(t: TestContext, cluster: TestCluster, needs: Needs): Promise<void> {
  const { client: admin, namespace } = cluster;
  const name = needs.resource.replace('/', '-');
  const { group } = GRANTS.find(({ resource }) => resource === needs.resource) ?? assert.fail(needs.resource);
  const account = await Account.open(t, cluster, 'worker', name);
  const log: string[] = [];
  const open = () => withChecks(dependencies(account.client, namespace, logTo(log)), needs);
  const deps = open();
  t.after(() => deps.stop());
  const made = needs.before?.({ namespace, name });
  if (made) await admin.create(...made);
  const rig = await Rig.open(deps, namespace, name, needs.phase, {
    admin,
    // Time goes by here for other reasons.
    app: { ...needs.app, spec: { progressDeadlineSeconds: 1_000_000, ...needs.app?.spec } },
  });
  for (const need of needs.each) await t.test(need.verb, { timeout: 90_000 }, () => withoutIt(need));

  async function withoutIt({ verb, provoke, act = (one) => one.settle(), done }: Need): Promise<void> {
    const outcome = outcomeOf('worker', needs.resource, verb);
    const words = new RegExp(`cannot ${verb} resource "${needs.resource}"`);
    const isRead = verb === 'list' || verb === 'watch';
    await provoke?.(rig);
    const weight = await rig.canaryWeight();
    rig.said = [];
    log.length = 0;
    await account.lose(verb, group, needs.resource);
    // What is watched already goes on being so: it is another process that may not begin.
    const anew = isRead ? open() : undefined;
    if (anew) rig.use(anew);
    try {
      let failed = await rig.failing(async () => void (await act(rig)));
      if (verb === 'watch') {
        // It has been listed, and what is known of it is good until now.
        await until(() => log.some((line) => words.test(line)), `${verb} ${needs.resource} is refused`);
        failed = await rig.failing(async () => void (await act(rig)));
      }
      const told = rig.said.filter((message) => words.test(message));
      const { reason, message = '' } = await rig.condition();
      const what = `${verb} ${needs.resource}\nsaid: ${rig.said.join('\n')}\nlog: ${log.join('\n')}\ncondition: ${reason} ${message}\n${JSON.stringify(failed)}`;
      if (outcome === 'reported' || outcome === 'event') assert.ok(told.length > 0, `nobody was told: ${what}`);
      if (outcome === 'reported') {
        assert.equal(reason, 'Refused', what);
        assert.match(message, words, what);
      }
      if (outcome === 'log')
        assert.ok(
          log.some((line) => words.test(line)),
          what,
        );
      if (outcome === 'goes on') assert.equal(told.length, 0, what);
      assert.ok([weight, 0, undefined].includes(await rig.canaryWeight()), what);
      rig.said = [];
      await rig.failing(async () => void (await act(rig)));
      assert.deepEqual(
        rig.said.filter((line) => words.test(line) && !line.startsWith('Rolling back')),
        [],
        `it is told once: ${what}`,
      );
    } finally {
      await account.regain(verb, group, needs.resource);
    }
    let last = '';
    const again = async (): Promise<boolean> => {
      rig.said = [];
      rig.later(REFUSED_MS + 1_000);
      await rig.failing(async () => void (await act(rig)));
      const isDone = await done(rig);
      await rig.failing(async () => void (await rig.settle()));
      // In mid-release the next step says what is so now.
      if (isActive(rig.state.phase)) await rig.apply([{ do: 'status', status: statusOf(rig.state) }]);
      const { message = '' } = await rig.condition();
      last = `${rig.said.join('; ')} | ${message} | ${isDone}`;
      return isDone && !rig.said.some((line) => words.test(line)) && !words.test(message);
    };
    await until(again, `it goes on when ${verb} ${needs.resource} is given again`, 30_000).catch((error: unknown) =>
      assert.fail(`${String(error)}: ${last}`),
    );
    // What has been put right is no fight.
    rig.later(FORGOTTEN_MS);
    if (anew) {
      rig.use(deps);
      await anew.stop();
    }
  }
}

function withChecks(deps: ReturnType<typeof dependencies>, { resource }: Needs): ReturnType<typeof dependencies> {
  if (resource !== 'metrictemplates') return deps;
  const { cache, settings, meters, log } = deps;
  const checks = createChecks(cache, settings, meters, log);
  return { ...deps, checks: { ...deps.checks, mistake: (context) => checks.mistake(context) } };
}

test('a process that may not list or watch Canaries says so in its log, and is not ready', async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const account = await Account.open(t, cluster, 'worker', 'blind');
  for (const verb of ['list', 'watch'] as const) {
    await account.lose(verb, 'flagger.app', 'canaries');
    const log: string[] = [];
    const deps = dependencies(account.client, cluster.namespace, logTo(log));
    t.after(() => deps.stop());
    const words = new RegExp(`cannot ${verb} resource "canaries"`);
    await until(() => log.some((line) => words.test(line)), `the log has ${verb}`);
    assert.ok(!isSighted(deps));
    await account.regain(verb, 'flagger.app', 'canaries');
    await until(() => isSighted(deps), `it sees them again after ${verb}`);
    assert.equal(log.length, 1, `said once: ${log.join('; ')}`);
  }
});
