import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { UserError } from '../../src/errors.js';
import type { Canary } from '../../src/crds/canary.js';
import { CONFIG_MAPS, DEPLOYMENTS, SECRETS, type KubeObject } from '../../src/kube/object.js';
import type { Settings } from '../../src/settings.js';
import { APP, WorkloadBench } from '../harness/kubernetes/workload-bench.js';
import { CONTAINERS } from './workload-cases.js';

const PRIMARY = `${APP}-primary`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A target that uses these ConfigMaps and Secrets as variables. */
async function open(
  t: TestContext,
  refs: readonly object[],
  settings: Partial<Settings> = {},
  objects: (bench: WorkloadBench) => Promise<unknown> = () => Promise.resolve(),
): Promise<WorkloadBench> {
  const bench = await WorkloadBench.open(t, {}, settings);
  await objects(bench);
  const containers = CONTAINERS.map((container) => ({ ...container, envFrom: refs }));
  await bench.create(DEPLOYMENTS, {
    metadata: { name: APP },
    spec: {
      selector: { matchLabels: { app: APP } },
      template: { metadata: { labels: { app: APP } }, spec: { containers } },
    },
  });
  return bench;
}

const map = (name: string, optional = false) => ({ configMapRef: { name, optional } });
const secret = (name: string) => ({ secretRef: { name } });
const build = (bench: WorkloadBench) => bench.workload.build(bench.canary, bench.fence());
const tracked = async (bench: WorkloadBench): Promise<readonly string[]> =>
  Object.keys((await bench.workload.look(bench.canary)).revision.configs).sort();

async function references(bench: WorkloadBench): Promise<readonly unknown[]> {
  const { template } = await bench.spec<{ template: { spec: { containers: { envFrom: object[] }[] } } }>(
    DEPLOYMENTS,
    PRIMARY,
  );
  return (template.spec.containers[0]?.envFrom ?? []).map(
    (from) => (Object.values(from)[0] as { readonly name: string }).name,
  );
}

test('the primary uses copies, which follow by promotion only', async (t) => {
  const bench = await open(t, [map('settings'), secret('token')], { includeLabelPrefixes: ['team'] }, async (b) => {
    const metadata = { name: 'settings', labels: { team: 'red', other: 'x' }, annotations: { note: 'mine' } };
    await b.create(CONFIG_MAPS, {
      metadata,
      data: { colour: 'blue' },
      binaryData: { logo: base64('1') },
      immutable: false,
    });
    await b.create(SECRETS, { metadata: { name: 'token' }, type: 'Opaque', data: { token: base64('one') } });
  });
  const { workload, canary } = bench;
  await build(bench);
  assert.deepEqual(await references(bench), ['settings-primary', 'token-primary']);
  const copy = await bench.get(CONFIG_MAPS, 'settings-primary');
  assert.deepEqual(copy.metadata.labels, { team: 'red' });
  assert.equal(copy.metadata.annotations?.['note'], undefined);
  assert.deepEqual(copy.metadata.ownerReferences, [canary.owner]);
  assert.deepEqual([copy['data'], copy['binaryData']], [{ colour: 'blue' }, { logo: base64('1') }]);
  const token = await bench.get(SECRETS, 'token-primary');
  assert.deepEqual([token['type'], token['data']], ['Opaque', { token: base64('one') }]);

  const before = (await workload.look(canary)).revision;
  await bench.patch(CONFIG_MAPS, 'settings', { binaryData: { logo: base64('2') } });
  const after = await workload.look(canary);
  assert.equal(after.revision.hash, before.hash);
  assert.notEqual(after.revision.configs['configmap/settings'], before.configs['configmap/settings']);
  assert.equal(after.sameAsPrimary, false);
  assert.deepEqual((await bench.get(CONFIG_MAPS, 'settings-primary'))['binaryData'], { logo: base64('1') });
  assert.equal(await workload.promote(canary, before, bench.fence()), false, 'that isn’t what was analysed');
  assert.equal(await workload.promote(canary, after.revision, bench.fence()), true);
  assert.deepEqual((await bench.get(CONFIG_MAPS, 'settings-primary'))['binaryData'], { logo: base64('2') });
  await workload.restore(canary, bench.fence());
  const restored = await bench.get(CONFIG_MAPS, 'settings-primary');
  assert.deepEqual(restored['binaryData'], { logo: base64('1') });
  assert.deepEqual(restored.metadata.labels, { team: 'red' });
});

test('what is marked, what pods start without, and what isn’t the application’s, isn’t tracked', async (t) => {
  const names = ['plain', 'disabled', 'disabled-too', 'other-key'];
  const bench = await open(
    t,
    [...names.map((name) => map(name)), map('absent', true), secret('system')],
    {},
    async (b) => {
      const annotations: Readonly<Record<string, object>> = {
        disabled: { 'flagger.app/config-tracking': 'disabled' },
        'disabled-too': { 'flagger.app/config-tracking': 'disable' },
        'other-key': { 'flagger.app/tracking': 'disabled' },
      };
      for (const name of names) {
        await b.create(CONFIG_MAPS, { metadata: { name, annotations: annotations[name] ?? {} }, data: { a: '1' } });
      }
      await b.create(SECRETS, { metadata: { name: 'system' }, type: 'example.com/own', data: {} });
    },
  );
  await build(bench);
  assert.deepEqual(await tracked(bench), ['configmap/other-key', 'configmap/plain']);
  const plain = ['plain-primary', 'disabled', 'disabled-too', 'other-key-primary', 'absent', 'system'];
  assert.deepEqual(await references(bench), plain);
  assert.equal(await bench.client.get(CONFIG_MAPS, bench.namespace, 'disabled-primary'), undefined);
  // One that appears is a change.
  await bench.create(CONFIG_MAPS, { metadata: { name: 'absent' }, data: { a: '1' } });
  await bench.workload.refresh(bench.canary);
  assert.deepEqual(await tracked(bench), ['configmap/absent', 'configmap/other-key', 'configmap/plain']);
});

test('one that pods need and that isn’t there is named; it is no revision without it', async (t) => {
  const bench = await open(t, [map('settings')]);
  await assert.rejects(bench.workload.look(bench.canary), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /^configmap settings\.\S+ get query error: configmaps "settings" not found$/);
    return true;
  });
});

test('without tracking there are no copies, and names stay', async (t) => {
  const bench = await open(t, [map('settings'), secret('absent')], { configTracking: false });
  await build(bench);
  assert.deepEqual(await tracked(bench), []);
  assert.deepEqual(await references(bench), ['settings', 'absent']);
});

/** Another Canary of the namespace, whose target uses the same configs. */
async function neighbour(bench: WorkloadBench): Promise<Canary> {
  const owner = await bench.anotherCanary();
  const { template } = await bench.spec<{ template: { spec: { containers: unknown } } }>(DEPLOYMENTS, APP);
  await bench.create(DEPLOYMENTS, {
    metadata: { name: 'other' },
    spec: {
      selector: { matchLabels: { app: 'other' } },
      template: { metadata: { labels: { app: 'other' } }, spec: { containers: template.spec.containers } },
    },
  });
  await bench.cache.getFresh(DEPLOYMENTS, bench.namespace, 'other');
  const targetRef = { ...bench.canary.targetRef, name: 'other', primaryName: 'other-primary' };
  return {
    ...bench.canary,
    name: 'other',
    uid: owner.uid,
    owner: { ...bench.canary.owner, name: 'other', uid: owner.uid },
    targetRef,
  };
}

const shared = (t: TestContext): Promise<WorkloadBench> =>
  open(t, [map('settings')], {}, (b) =>
    b.create(CONFIG_MAPS, { metadata: { name: 'settings' }, data: { colour: 'blue' } }),
  );

/** What each primary reads: the name of the copy, and what it holds. */
async function reading(
  bench: WorkloadBench,
  primary: string,
): Promise<{ name: string; data: unknown; owners: unknown }> {
  const { template } = await bench.spec<{
    template: { spec: { containers: { envFrom: { configMapRef: { name: string } }[] }[] } };
  }>(DEPLOYMENTS, primary);
  const name = template.spec.containers[0]?.envFrom[0]?.configMapRef.name ?? '';
  const copy = await bench.get(CONFIG_MAPS, name);
  const owners = copy.metadata.ownerReferences?.map((one) => [one.name, one.controller]);
  return { name, data: copy['data'], owners };
}

async function promote(bench: WorkloadBench, canary: Canary): Promise<void> {
  assert.ok(await bench.workload.promote(canary, (await bench.workload.look(canary)).revision, bench.fence()));
  await bench.workload.settle(canary, bench.fence());
}

test('each of two Canaries that use one ConfigMap has a copy of its own', async (t) => {
  const bench = await shared(t);
  await build(bench);
  const other = await neighbour(bench);
  await bench.workload.build(other, bench.fence());
  const [first, second] = [await reading(bench, PRIMARY), await reading(bench, 'other-primary')];
  assert.equal(first.name, 'settings-primary');
  assert.match(second.name, /^settings-primary-[0-9a-f]{8}$/);
  assert.deepEqual([first.owners, second.owners], [[[APP, true]], [['other', true]]]);
  for (const canary of [bench.canary, other]) {
    assert.equal((await bench.workload.look(canary)).sameAsPrimary, true);
    assert.deepEqual(await bench.workload.drift(canary), []);
  }

  // One promotes what the other refuses.
  await bench.patch(CONFIG_MAPS, 'settings', { data: { colour: 'red' } });
  await promote(bench, bench.canary);
  assert.deepEqual((await reading(bench, PRIMARY)).data, { colour: 'red' });
  assert.deepEqual((await reading(bench, 'other-primary')).data, { colour: 'blue' });
  assert.equal((await bench.workload.look(other)).sameAsPrimary, false);
  await promote(bench, other);
  assert.deepEqual(await reading(bench, 'other-primary'), { ...second, data: { colour: 'red' } });
  await bench.workload.reopen(other, bench.fence());
  await bench.workload.restore(other, bench.fence());
  assert.deepEqual((await reading(bench, 'other-primary')).data, { colour: 'blue' });
  assert.deepEqual((await reading(bench, PRIMARY)).data, { colour: 'red' });

  // Where the first is gone, the second reads what it read before.
  await bench.remove(CONFIG_MAPS, 'settings-primary');
  assert.deepEqual(await bench.workload.drift(other), []);
  await promote(bench, other);
  assert.equal((await reading(bench, 'other-primary')).name, second.name);
});

test('a copy that Flagger has shared out is written by nobody, and left with the next promotion', async (t) => {
  const bench = await shared(t);
  await build(bench);
  const other = await neighbour(bench);
  await bench.workload.build(other, bench.fence());
  // As Flagger leaves it: one copy, which both own.
  const ownerReferences = [other.owner, { ...bench.canary.owner, controller: false }];
  await bench.patch(CONFIG_MAPS, 'settings-primary', { metadata: { ownerReferences } });
  assert.equal((await bench.workload.look(bench.canary)).sameAsPrimary, true, 'nothing is to be done about it');
  assert.deepEqual(await bench.workload.drift(bench.canary), []);
  await bench.patch(CONFIG_MAPS, 'settings', { data: { colour: 'red' } });
  await promote(bench, bench.canary);
  const now = await reading(bench, PRIMARY);
  assert.match(now.name, /^settings-primary-[0-9a-f]{8}$/);
  assert.deepEqual([now.data, now.owners], [{ colour: 'red' }, [[APP, true]]]);
  const left = await bench.get(CONFIG_MAPS, 'settings-primary');
  assert.deepEqual([left['data'], left.metadata.ownerReferences], [{ colour: 'blue' }, ownerReferences]);
  // The way back leads to the copy that nobody has written.
  await bench.workload.reopen(bench.canary, bench.fence());
  await bench.workload.restore(bench.canary, bench.fence());
  const back = await reading(bench, PRIMARY);
  assert.deepEqual([back.name, back.data], ['settings-primary', { colour: 'blue' }]);
});

test('a copy that was left to one of two is shared, and written by neither', async (t) => {
  const bench = await shared(t);
  await build(bench);
  const other = await neighbour(bench);
  await bench.workload.build(other, bench.fence());
  // As an earlier version left it: both read one copy, and the first alone owns it.
  await bench.patch(DEPLOYMENTS, 'other-primary', {
    spec: { template: { spec: { containers: [{ ...CONTAINERS[0], envFrom: [map('settings-primary')] }] } } },
  });
  assert.deepEqual(await bench.workload.drift(other), [{ object: 'ConfigMap/settings-primary' }]);
  await bench.workload.reconcile(other, bench.fence());
  assert.deepEqual(await bench.workload.drift(other), []);
  assert.deepEqual((await reading(bench, 'other-primary')).owners, [
    [APP, true],
    ['other', false],
  ]);
  await bench.patch(CONFIG_MAPS, 'settings', { data: { colour: 'red' } });
  await promote(bench, bench.canary);
  assert.deepEqual((await reading(bench, PRIMARY)).data, { colour: 'red' });
  assert.deepEqual((await reading(bench, 'other-primary')).data, { colour: 'blue' });
});

test('a copy’s name that is a user’s own is refused, and theirs stays as it is', async (t) => {
  const refs = [map('settings'), secret('db')];
  const bench = await open(t, refs, {}, async (b) => {
    await b.create(CONFIG_MAPS, { metadata: { name: 'settings' }, data: { colour: 'blue' } });
    await b.create(SECRETS, { metadata: { name: 'db' }, data: { password: base64('one') } });
  });
  for (const [type, name, field] of [
    [CONFIG_MAPS, 'settings-primary', { data: { mine: 'keep' } }],
    [SECRETS, 'db-primary', { data: { password: base64('other') } }],
  ] as const) {
    const before = await bench.create(type, { metadata: { name }, ...field });
    await assert.rejects(build(bench), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, new RegExp(`^${type.kind} ${name}\\.\\S+ has not been made for this Canary`));
      return true;
    });
    await bench.workload.restore(bench.canary, bench.fence());
    await bench.workload.undoArtifacts.forget(bench.canary, bench.fence());
    const after = await bench.get(type, name);
    assert.equal(after.metadata.resourceVersion, before.metadata.resourceVersion);
    assert.equal(await bench.client.get(DEPLOYMENTS, bench.namespace, PRIMARY), undefined, 'nothing was made');
    await bench.remove(type, name);
  }
  await build(bench);
});

test('what merely bears the name of a copy is left to whom it belongs', async (t) => {
  const theirs = { metadata: { name: 'loose-primary', labels: { team: 'red' } }, data: { of: 'them' } };
  const bench = await open(t, [map('loose')], {}, async (b) => {
    const annotations = { 'flagger.app/config-tracking': 'disabled' };
    await b.create(CONFIG_MAPS, { metadata: { name: 'loose', annotations }, data: { a: '1' } });
    await b.create(CONFIG_MAPS, theirs);
  });
  const { workload, canary } = bench;
  await build(bench);
  await bench.patch(DEPLOYMENTS, APP, { spec: { template: { metadata: { annotations: { version: '2' } } } } });
  await workload.promote(canary, (await workload.look(canary)).revision, bench.fence());
  await workload.restore(canary, bench.fence());
  await workload.settle(canary, bench.fence());
  const kept: KubeObject = await bench.get(CONFIG_MAPS, 'loose-primary');
  assert.deepEqual([kept.metadata.labels, kept['data']], [{ team: 'red' }, { of: 'them' }]);
  assert.equal(kept.metadata.ownerReferences, undefined);
});
