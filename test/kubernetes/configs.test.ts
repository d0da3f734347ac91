import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { UserError } from '../../src/errors.js';
import { CANARIES, CONFIG_MAPS, DEPLOYMENTS, SECRETS, type KubeObject } from '../../src/kubernetes/object.js';
import type { Settings } from '../../src/settings.js';
import { APP, WorkloadBench } from './workload-bench.js';
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

test('two Canaries that use one ConfigMap own its copy together', async (t) => {
  const bench = await open(t, [map('settings')], {}, (b) =>
    b.create(CONFIG_MAPS, { metadata: { name: 'settings' }, data: { a: '1' } }),
  );
  await build(bench);
  const other = await bench.client.create(CANARIES, {
    ...bench.object,
    metadata: { name: 'other', namespace: bench.namespace },
  });
  const { containers } = await podsOf(bench);
  await bench.create(DEPLOYMENTS, {
    metadata: { name: 'other' },
    spec: {
      selector: { matchLabels: { app: 'other' } },
      template: { metadata: { labels: { app: 'other' } }, spec: { containers } },
    },
  });
  const uid = other.metadata.uid ?? '';
  const canary = {
    ...bench.canary,
    name: 'other',
    uid,
    owner: { ...bench.canary.owner, name: 'other', uid },
    targetRef: { ...bench.canary.targetRef, name: 'other', primaryName: 'other-primary' },
  };
  // The content has to differ for the copy to be written again.
  await bench.patch(CONFIG_MAPS, 'settings', { data: { a: '2' } });
  await bench.workload.build(canary, bench.fence());
  const { ownerReferences = [] } = (await bench.get(CONFIG_MAPS, 'settings-primary')).metadata;
  assert.deepEqual(
    ownerReferences.map(({ name, controller }) => [name, controller]),
    [
      ['other', true],
      [APP, false],
    ],
  );
});

async function podsOf(bench: WorkloadBench): Promise<{ readonly containers: unknown }> {
  const { template } = await bench.spec<{ template: { spec: { containers: unknown } } }>(DEPLOYMENTS, APP);
  return template.spec;
}

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
