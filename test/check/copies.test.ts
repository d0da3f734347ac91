import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canaryWith } from '../crds/fixtures.js';
import { checked, target } from './fixtures.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import type { CheckSettings } from '../../src/check/check.js';

// Names of generated objects that only the target tells, and labels that only a setting names.

const LABELS = { app: 'podinfo' };
const uses = target({
  'spec.selector': { matchLabels: LABELS },
  'spec.template.metadata': { labels: LABELS },
  'spec.template.spec.volumes': [{ name: 's', secret: { secretName: 'keys' } }],
  'spec.template.spec.containers': [
    { name: 'podinfod', ports: [{ containerPort: 9898 }], envFrom: [{ configMapRef: { name: 'settings' } }] },
  ],
});

const owner = (name: string, uid = `uid-of-${name}`) => [
  { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name, uid, controller: true },
];
const config = (kind: string, name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'test', ...more },
});

async function foreign(objects: readonly object[], settings: Partial<CheckSettings> = {}): Promise<readonly string[]> {
  const { findings } = await checked([canaryWith({}), uses, ...objects], {
    settings: { ...DEFAULT_SETTINGS, meshProvider: 'apisix', ...settings },
  });
  return findings.flatMap(({ rule, value }) =>
    ['foreign-object', 'foreign-pods'].includes(rule) ? [`${rule} ${String(value)}`] : [],
  );
}

test('a user’s own object of the name of a copy is named before anything moves', async () => {
  assert.deepEqual(await foreign([]), []);
  for (const [kind, name] of [
    ['ConfigMap', 'settings-primary'],
    ['ConfigMap', 'settings-primary-previous'],
    ['Secret', 'keys-primary'],
  ] as const) {
    assert.deepEqual(await foreign([config(kind, name)]), [`foreign-object ${kind}/${name}`]);
    assert.deepEqual(await foreign([config(kind, name)], { configTracking: false }), [], 'nothing is copied');
  }
  assert.deepEqual(await foreign([config('Secret', 'settings-primary')]), [], 'another kind');
});

test('a copy of its own, and another Canary’s, are no reason to refuse', async () => {
  assert.deepEqual(
    await foreign([config('ConfigMap', 'settings-primary', { ownerReferences: owner('podinfo', '5f1c') })]),
    [],
  );
  const theirs = config('ConfigMap', 'settings-primary', { ownerReferences: owner('other') });
  assert.deepEqual(await foreign([theirs]), [], 'there is one by another name then');
});

test('what is never copied needs no name', async () => {
  const annotations = { 'flagger.app/config-tracking': 'disabled' };
  const untracked = config('ConfigMap', 'settings', { annotations });
  assert.deepEqual(await foreign([untracked, config('ConfigMap', 'settings-primary')]), []);
  const token = { ...config('Secret', 'keys'), type: 'kubernetes.io/service-account-token' };
  assert.deepEqual(await foreign([token, config('Secret', 'keys-primary')]), []);
});

test('selector labels are those of the setting', async () => {
  const labels = { track: 'podinfo' };
  const workload = (name: string, own: object) =>
    target({ 'metadata.name': name, 'spec.selector': { matchLabels: own }, 'spec.template.metadata': { labels: own } });
  const found = async (selectorLabels?: readonly string[]) => {
    const { findings } = await checked(
      [canaryWith({}), workload('podinfo', labels), workload('worker', { ...labels, part: 'worker' })],
      { settings: { ...DEFAULT_SETTINGS, meshProvider: 'apisix', ...(selectorLabels ? { selectorLabels } : {}) } },
    );
    return findings.filter(({ rule }) => rule === 'foreign-pods').length;
  };
  assert.equal(await found(), 0, 'no release would start at all');
  assert.equal(await found(['track']), 1);
});

test('a target that isn’t shaped as one has no configs', async () => {
  for (const spec of [{ containers: 5 }, { volumes: {} }, null, { containers: [{ env: 'x' }] }]) {
    const odd = target({ 'spec.selector': { matchLabels: LABELS }, 'spec.template': { spec } });
    await checked([canaryWith({}), odd]);
  }
});
