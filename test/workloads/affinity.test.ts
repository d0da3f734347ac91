import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSpec } from '../../src/kubernetes/objects/config-references.js';
import { withPrimaryAffinity } from '../../src/workloads/deployment/affinity.js';

const rewritten = (spec: PodSpec, label = 'app'): unknown =>
  withPrimaryAffinity(spec, { label, value: 'podinfo', labels: {} });
const selector = (app: string) => ({ labelSelector: { matchLabels: { app } } });
const expression = (key: string, ...values: string[]) => ({
  labelSelector: { matchExpressions: [{ key, operator: 'In', values }] },
});
const spread = (term: object) => ({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', ...term }] });

test('where the target is named by a selector label, the primary is meant', () => {
  assert.deepEqual(rewritten(spread(selector('podinfo'))), spread(selector('podinfo-primary')));
  const byName = (value: string) => spread(expression('name', value));
  assert.deepEqual(rewritten(byName('podinfo'), 'name'), byName('podinfo-primary'));
  const anti = (app: string) => ({
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'host', ...selector(app) }],
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 7, podAffinityTerm: { topologyKey: 'host', ...expression('app', app) } },
        ],
      },
    },
  });
  assert.deepEqual(rewritten(anti('podinfo')), anti('podinfo-primary'));
});

test('the pods are known by the value of their label, whatever the target is called', () => {
  const spec = (value: string) => ({
    ...spread({ labelSelector: { matchLabels: { 'app.kubernetes.io/name': value, tier: 'web' } } }),
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'host', labelSelector: { matchLabels: { 'app.kubernetes.io/name': value } } },
        ],
      },
    },
  });
  const pods = { label: 'app.kubernetes.io/name', value: 'mc', labels: {} };
  assert.deepEqual(withPrimaryAffinity(spec('mc') as PodSpec, pods), spec('mc-primary'));
  assert.deepEqual(withPrimaryAffinity(spec('master-api') as PodSpec, pods), spec('master-api'));
});

test('of several values, the first that names it', () => {
  assert.deepEqual(
    rewritten(spread(expression('app', 'other', 'podinfo', 'podinfo'))),
    spread(expression('app', 'other', 'podinfo-primary', 'podinfo')),
  );
});

test('everything else stays: other labels, other values, other kinds of affinity', () => {
  const stays = [
    spread(selector('other')),
    spread(expression('tier', 'podinfo')),
    // Another selector label, which the primary's pods share with the target's.
    spread(expression('name', 'podinfo')),
    spread({ labelSelector: { matchExpressions: [{ key: 'app', operator: 'Exists', values: [] }] } }),
    spread({}),
    { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [selector('podinfo')] } } },
    { affinity: { nodeAffinity: { anything: true }, podAntiAffinity: {} } },
    { containers: [{ name: 'a' }] },
  ];
  for (const spec of stays) assert.deepEqual(rewritten(spec), spec);
});
