import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { statusOf } from '../../src/domain/decision/effects.js';
import { until } from '../harness/until.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { allowNoPods } from '../harness/kubernetes/no-pods.js';
import { dependencies } from './repair/dependencies.js';
import { thing } from './repair/objects.js';
import { Rig } from './repair/rig.js';
import { Account } from './rights/account.js';
import { logTo, thrownBy } from './rights/witness.js';
import { outcomeOf, rowsOf, type Row } from './rights/table.js';

/** Kinds of other providers and targets, see below. */
const OF_OTHERS: readonly string[] = [
  'daemonsets',
  'scaledobjects',
  'httproutes',
  'virtualservices',
  'destinationrules',
  'httpproxies',
  'traefikservices',
  'ingresses',
  'canaries/finalizers',
  'alertproviders',
];

test('watch without one of its rights brings a release home, or says why not', { concurrency: 4 }, async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  await allowNoPods(cluster.client, cluster.namespace);
  const rows = rowsOf('watch').filter(({ resource }) => !OF_OTHERS.includes(resource));
  const lanes = [0, 1, 2, 3].map((lane) => rows.filter((_row, i) => i % 4 === lane));
  await Promise.all(lanes.map((lane, i) => t.test(`lane ${i}`, (one) => watch(one, cluster, `watch-${i}`, lane))));
});

async function watch(t: TestContext, cluster: TestCluster, name: string, rows: readonly Row[]): Promise<void> {
  const { client: admin, namespace } = cluster;
  const account = await Account.open(t, cluster, 'watch', name);
  const log: string[] = [];
  const worker = dependencies(admin, namespace);
  t.after(() => worker.stop());
  const rig = await Rig.open(worker, namespace, name, 'progressing');
  for (const row of rows) await t.test(`${row.verb} ${row.resource}`, { timeout: 90_000 }, () => withoutIt(row));

  async function withoutIt({ verb, group, resource }: Row): Promise<void> {
    const outcome = outcomeOf('watch', resource, verb);
    const words = new RegExp(`cannot ${verb} resource "${resource}"`);
    rig.use(worker);
    await rig.takeOver();
    await rig.apply([
      { do: 'scaleUp' },
      { do: 'weights', primary: 75, canary: 25 },
      { do: 'status', status: statusOf(rig.state) },
    ]);
    await PROVOKED[`${verb} ${resource}`]?.(rig);
    await account.lose(verb, group, resource);
    rig.said = [];
    log.length = 0;
    const deps = dependencies(account.client, namespace, logTo(log));
    rig.use(deps);
    try {
      const thrown = await thrownBy(() => rig.rollBack());
      const weight = await rig.canaryWeight();
      const what = `${verb} ${resource}: weight ${weight}; thrown: ${thrown}\nsaid: ${rig.said.join('\n')}\nlog: ${log.join('\n')}`;
      const isHome = weight === 0 || weight === undefined;
      if (outcome === 'home' || outcome === 'log') assert.ok(isHome, what);
      if (outcome === 'log')
        assert.ok(
          log.some((line) => words.test(line)),
          what,
        );
      if (outcome === 'waits') assert.ok(!isHome && words.test(thrown), what);
      if (thrown !== '') assert.match(thrown, words, what);
      await account.regain(verb, group, resource);
      await until(async () => (await thrownBy(() => rig.rollBack())) === '', `home with ${what}`, 30_000);
      assert.ok([0, undefined].includes(await rig.canaryWeight()), what);
    } finally {
      await deps.stop();
    }
  }
}

/** What a rollback must do besides for these to be needed. */
const PROVOKED: Readonly<Record<string, (rig: Rig) => Promise<unknown>>> = {
  'create apisixroutes': async (rig) => (await thing(rig, 'route')).delete(),
  'create configmaps': async (rig) => (await thing(rig, 'copy of a ConfigMap')).delete(),
  'create secrets': async (rig) => (await thing(rig, 'copy of a Secret')).delete(),
  'update services': async (rig) => (await thing(rig, 'primary Service')).change(),
  'get configmaps': async (rig) => (await thing(rig, 'copy of a ConfigMap')).change(),
  'get secrets': async (rig) => (await thing(rig, 'copy of a Secret')).change(),
  'update configmaps': async (rig) => (await thing(rig, 'copy of a ConfigMap')).change(),
  'update secrets': async (rig) => (await thing(rig, 'copy of a Secret')).change(),
};
