import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { desiredService, type ServiceSelector, type ServiceWish } from '../../src/kubernetes/objects/service.js';
import type { KubeObject } from '../../src/kube/object.js';
import type { PodController } from '../../src/workloads/shared/pod-controller.js';
import { newPrimary, promotedPrimary, runsSameTemplate } from '../../src/workloads/shared/primary.js';
import { findSelector, primarySelector } from '../../src/workloads/shared/selector.js';
import { KINDS, OWNER, wish } from './fixtures.js';

// Two releases of one chart in one namespace: they differ by the instance only.

const NAME = 'app.kubernetes.io/name';
const INSTANCE = 'app.kubernetes.io/instance';
const FLUX = 'kustomize.toolkit.fluxcd.io/name';

function target(kind: string, labels: Readonly<Record<string, string>>, more: object = {}): PodController {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'red-api', namespace: 'shop' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels: { ...labels, ...more } }, spec: {} } },
  };
}

const RED = { [NAME]: 'api', [INSTANCE]: 'red' };
const red = findSelector(target('Deployment', RED), ['app', NAME]);
assert.ok(red);

for (const kind of KINDS) {
  describe(kind.kind, () => {
    test('the primary selects by all labels of the target, with one of them rewritten', () => {
      const primary = newPrimary(target(kind.kind, RED), wish(kind, { selector: red }));
      const labels = { [NAME]: 'api-primary', [INSTANCE]: 'red' };
      assert.deepEqual(primary.spec.selector, { matchLabels: labels });
      assert.deepEqual(primary.spec.template.metadata?.labels, labels);
      assert.deepEqual(primarySelector(red, primary, true), { labels, further: { labels: {}, hold: true } });
    });

    test('the template always fits the selector of the primary that is there', () => {
      const made = newPrimary(target(kind.kind, RED), wish(kind, { selector: red }));
      // The target was made anew, with other labels: the primary can't be.
      const other = target(kind.kind, { [NAME]: 'gateway', [INSTANCE]: 'crimson' });
      const selector = findSelector(other, [NAME]);
      assert.ok(selector);
      const wanted = wish(kind, { selector, selectedBy: made.spec.selector.matchLabels ?? {} });
      const promoted = promotedPrimary(other, made, wanted);
      assert.deepEqual(promoted.spec.selector, made.spec.selector);
      assert.deepEqual(promoted.spec.template.metadata?.labels, made.spec.selector.matchLabels);
      assert.ok(runsSameTemplate(other, promoted, wanted));
      assert.deepEqual(primarySelector(selector, promoted, true).labels, made.spec.selector.matchLabels);
    });
  });
}

test('marks of Flux are no labels to select by', () => {
  assert.deepEqual(findSelector(target('Deployment', { ...RED, [FLUX]: 'apps' }), [NAME])?.labels, RED);
});

describe('a primary of Flagger’s, which selects by one label', () => {
  const found = primarySelector(red, legacy({ [NAME]: 'api-primary', [INSTANCE]: 'red' }), true);

  test('its Service is narrowed by the labels that its pods bear', () => {
    assert.deepEqual(selectorOf(service(found), { [NAME]: 'api-primary' }), {
      [NAME]: 'api-primary',
      [INSTANCE]: 'red',
    });
    assert.deepEqual(selectorOf(service(found), undefined), { [NAME]: 'api-primary', [INSTANCE]: 'red' });
  });

  test('not while there may be pods without them, and never back', () => {
    const rolling = primarySelector(red, legacy({ [NAME]: 'api-primary', [INSTANCE]: 'red' }), false);
    assert.deepEqual(selectorOf(service(rolling), { [NAME]: 'api-primary' }), { [NAME]: 'api-primary' });
    const narrowed = { [NAME]: 'api-primary', [INSTANCE]: 'red' };
    assert.deepEqual(selectorOf(service(rolling), narrowed), narrowed);
  });

  test('not by a label that its pods don’t bear', () => {
    const without = primarySelector(red, legacy({ [NAME]: 'api-primary', [INSTANCE]: 'other' }), true);
    for (const current of [undefined, { [NAME]: 'api-primary', [INSTANCE]: 'red' }]) {
      assert.deepEqual(selectorOf(service(without), current), { [NAME]: 'api-primary' });
    }
  });
});

function legacy(labels: Readonly<Record<string, string>>): PodController {
  const primary = target('Deployment', { [NAME]: 'api-primary' });
  return { ...primary, spec: { ...primary.spec, template: { metadata: { labels }, spec: {} } } };
}

function service(selector: ServiceSelector): ServiceWish {
  return {
    namespace: 'shop',
    name: 'red-api-primary',
    owner: OWNER,
    takesOver: false,
    label: NAME,
    selector,
    ports: [],
    namesPort: false,
    headless: false,
    labels: {},
    annotations: {},
    unmanagedLabels: [],
    unmanagedAnnotations: [],
  };
}

function selectorOf(wanted: ServiceWish, current: Readonly<Record<string, string>> | undefined): unknown {
  const metadata = { name: wanted.name, namespace: wanted.namespace, ownerReferences: [OWNER] };
  const object: KubeObject | undefined = current && {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: current, ports: [] },
  };
  return (desiredService(wanted, object)['spec'] as { selector: unknown }).selector;
}
