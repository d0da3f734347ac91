import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { approvalsDigest } from '../../src/crds/approvals.js';
import { parseCanary, refusalsOf } from '../../src/crds/canary.js';
import { OWN_SETTINGS, ownSettingsIn, withOwnSettings } from '../../src/crds/own-settings.js';

const OPTIONS = { defaultProvider: 'nginx', defaultMetricsServer: 'http://prometheus:9090' };

function canary(annotations: Readonly<Record<string, string>>): object {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name: 'cart', namespace: 'shop', uid: 'c-1', generation: 3, annotations },
    spec: {
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' },
      ingressRef: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'cart' },
      service: { port: 80 },
      analysis: { interval: '1m', threshold: 5, stepWeight: 10, maxWeight: 50 },
    },
  };
}

function settingsOf(annotations: Readonly<Record<string, string>>) {
  const parsed = parseCanary(canary(annotations), OPTIONS);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value.own;
}

/** What each setting takes, and what it doesn't. */
const CASES: Readonly<Record<string, { readonly takes: readonly string[]; readonly refuses: readonly string[] }>> = {
  'serinus.dev/autoscaler-changes': { takes: ['at-once', ' with-release '], refuses: ['', 'true', 'At-Once'] },
  'serinus.dev/consecutive-failures': { takes: ['1', ' 999 '], refuses: ['', '0', '-1', '1.5', '1000', 'three'] },
  'serinus.dev/more-ingresses': { takes: ['a', 'a, b-c'], refuses: ['', 'a,', 'A', 'a/b', 'a b'] },
  // Of another provider than this Canary's.
  'serinus.dev/more-routes': { takes: [], refuses: ['a'] },
  'serinus.dev/judgement': { takes: ['preset: quick', '{}'], refuses: ['', '- quick', 'preset: ['] },
  'serinus.dev/metrics-server-secret': { takes: ['prometheus', 'a.b-c'], refuses: ['', 'A', '../x', 'a/b', '-a'] },
};

describe('settings that Flagger doesn’t have', () => {
  test('each is tried here', () => assert.deepEqual(Object.keys(CASES).sort(), [...OWN_SETTINGS].sort()));

  for (const [name, { takes, refuses }] of Object.entries(CASES)) {
    test(name, () => {
      for (const text of takes) settingsOf({ [name]: text });
      for (const text of [...refuses, 'x'.repeat(5_000)]) {
        const parsed = parseCanary(canary({ [name]: text }), OPTIONS);
        assert.ok(!parsed.ok, `${name}: ${text} is taken`);
        assert.equal(parsed.refusal.field, `metadata.annotations["${name}"]`);
        assert.ok(JSON.stringify(parsed.refusal).length < 500);
        assert.equal(refusalsOf(canary({ [name]: text }), OPTIONS).length, 1);
      }
    });
  }

  test('one that is changed is looked at, although it raises no generation', () => {
    const digest = (annotations: Readonly<Record<string, string>>) => approvalsDigest({ metadata: { annotations } });
    assert.equal(digest({ note: 'mine' }), '');
    const [a, b] = ['at-once', 'with-release'].map((text) => digest({ 'serinus.dev/autoscaler-changes': text }));
    assert.ok(a && b && a !== b);
    const approvals = { 'serinus.dev/approvals': '- gate: promotion' };
    assert.notEqual(digest(approvals), digest({ ...approvals, 'serinus.dev/autoscaler-changes': 'at-once' }));
  });

  test('those of a valid Canary can be kept, and put in the place of others', () => {
    const kept = ownSettingsIn({ note: 'mine', 'serinus.dev/autoscaler-changes': 'at-once' });
    assert.deepEqual(kept, { 'serinus.dev/autoscaler-changes': 'at-once' });
    const annotations = withOwnSettings({ note: 'now', 'serinus.dev/autoscaler-changes': 'nonsense' }, kept);
    assert.deepEqual(annotations, { note: 'now', 'serinus.dev/autoscaler-changes': 'at-once' });
    assert.deepEqual(withOwnSettings(annotations, {}), { note: 'now' });
  });
});

test('changes of the target’s autoscaler', () => {
  assert.equal(settingsOf({}).followsAutoscaler, false);
  assert.equal(settingsOf({ 'serinus.dev/autoscaler-changes': 'at-once' }).followsAutoscaler, true);
});
