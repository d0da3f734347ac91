import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_TO_CANARY, canaryAt } from '../../src/domain/weights.js';
import type { KubeObject } from '../../src/kube/object.js';
import { nginx } from '../../src/routers/nginx.js';
import { canaryOf } from './canaries.js';

const PREFIX = 'custom.ingress.example.com';
const INGRESS_REF = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'shop' };

const source: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'shop',
    namespace: 'shop',
    annotations: { [`${PREFIX}/canary-weight`]: '7', 'nginx.ingress.kubernetes.io/canary': 'theirs' },
  },
  spec: { rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'cart', port: { number: 80 } } } }] } }] },
};

test('a controller with annotations of its own is spoken to by those, and no other', () => {
  const blueprint = nginx(PREFIX);
  const match = [{ headers: { 'x-beta': { exact: 'yes' } } }];
  const byWeight = { ...canaryOf('traefik'), ingressRef: INGRESS_REF };
  const byAudience = { ...byWeight, analysis: { ...byWeight.analysis, match } };
  const annotationsOf = (canary: typeof byWeight, weights: typeof ALL_TO_CANARY) => {
    const made = blueprint.desired({ canary, source, current: undefined, weights, fence: undefined });
    assert.deepEqual(blueprint.weights(made, canary), weights);
    const reported = Object.entries(made.metadata.annotations ?? {});
    assert.equal(made.metadata.annotations?.['nginx.ingress.kubernetes.io/canary'], 'theirs', 'not ours to know');
    return Object.fromEntries(reported.filter(([key]) => key.startsWith(PREFIX)));
  };
  assert.deepEqual(annotationsOf(byWeight, canaryAt(20)), {
    [`${PREFIX}/canary`]: 'true',
    [`${PREFIX}/canary-weight`]: '20',
  });
  assert.deepEqual(annotationsOf(byAudience, ALL_TO_CANARY), {
    [`${PREFIX}/canary`]: 'true',
    [`${PREFIX}/canary-weight`]: '0',
    [`${PREFIX}/canary-by-header`]: 'x-beta',
    [`${PREFIX}/canary-by-header-value`]: 'yes',
  });
});

test('what users change in their Ingress reaches the canary’s, what they add to that one stays', () => {
  const blueprint = nginx(PREFIX);
  const canary = { ...canaryOf('traefik'), ingressRef: INGRESS_REF };
  const make = (from: KubeObject, current?: KubeObject): KubeObject =>
    blueprint.desired({ canary, source: from, current, weights: canaryAt(20), fence: undefined });
  const first = make(source);
  const added = {
    ...first,
    metadata: { ...first.metadata, annotations: { ...first.metadata.annotations, mine: 'yes' } },
  };
  const changed = {
    ...source,
    metadata: { ...source.metadata, labels: { team: 'blue' }, annotations: { timeout: '30' } },
    spec: { ...(source['spec'] as object), ingressClassName: 'other' },
  };
  const second = make(changed, added);
  assert.equal(second.metadata.labels?.['team'], 'blue');
  assert.equal(second.metadata.annotations?.['timeout'], '30');
  assert.equal(second.metadata.annotations?.['mine'], 'yes');
  assert.equal((second['spec'] as { ingressClassName: string }).ingressClassName, 'other');
  assert.deepEqual(blueprint.weights(second, canary), canaryAt(20));
});

const BEHAVIOR = `${PREFIX}/affinity-canary-behavior`;

for (const theirs of [undefined, 'sticky', 'legacy']) {
  test(`clients who stay with the canary by their cookie come home with everybody else (theirs: ${theirs})`, () => {
    const blueprint = nginx(PREFIX);
    const canary = { ...canaryOf('traefik'), ingressRef: INGRESS_REF };
    const annotations = {
      [`${PREFIX}/affinity`]: 'cookie',
      [`${PREFIX}/session-cookie-name`]: 'SHOP',
      ...(theirs === undefined ? {} : { [BEHAVIOR]: theirs }),
    };
    const sticky = { ...source, metadata: { ...source.metadata, annotations } };
    let current: KubeObject | undefined;
    const behaviorAt = (weight: number): string | undefined => {
      const wish = { canary, source: sticky, weights: canaryAt(weight), fence: undefined };
      current = blueprint.desired({ ...wish, current });
      assert.deepEqual(blueprint.desired({ ...wish, current }), current, 'made again, it is the same');
      assert.equal(current.metadata.annotations?.[`${PREFIX}/session-cookie-name`], 'SHOP');
      return current.metadata.annotations[BEHAVIOR];
    };
    assert.deepEqual([0, 10, 50, 0, 10].map(behaviorAt), ['legacy', theirs, theirs, 'legacy', theirs]);
    // Also where the users' Ingress can't be looked at any more.
    const home = current && blueprint.reweighed?.(current, canary, canaryAt(0));
    assert.equal(home?.metadata.annotations?.[BEHAVIOR], 'legacy');
    assert.equal(home?.metadata.annotations?.[`${PREFIX}/canary-weight`], '0');
  });
}

test('without affinity nothing is said of it', () => {
  const blueprint = nginx(PREFIX);
  const canary = { ...canaryOf('traefik'), ingressRef: INGRESS_REF };
  const made = blueprint.desired({ canary, source, current: undefined, weights: canaryAt(0), fence: undefined });
  assert.equal(made.metadata.annotations?.[BEHAVIOR], undefined);
  const home = blueprint.reweighed?.(made, canary, canaryAt(0));
  assert.equal(home?.metadata.annotations?.[BEHAVIOR], undefined);
});
