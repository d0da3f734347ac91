import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canaryAt } from '../../src/domain/weights.js';
import type { KubeObject } from '../../src/kube/object.js';
import { isSame } from '../../src/kubernetes/write.js';
import { nginx } from '../../src/routers/nginx.js';
import type { Blueprint } from '../../src/routers/shared/object-router.js';
import { COPIED } from '../../src/routers/shared/ingress.js';
import { skipper } from '../../src/routers/skipper.js';
import { canaryOf } from './canaries.js';

const BLUEPRINTS: readonly Blueprint[] = [nginx('nginx.ingress.kubernetes.io'), skipper];
const CANARY = {
  ...canaryOf('traefik'),
  ingressRef: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'shop' },
};

interface Metadata {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

function theirs(metadata: Metadata): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace: 'shop', ...metadata },
    spec: {
      rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'cart', port: { number: 80 } } } }] } }],
    },
  };
}

function withMore(object: KubeObject, { labels, annotations }: Metadata): KubeObject {
  const { metadata } = object;
  const more = {
    labels: { ...metadata.labels, ...labels },
    annotations: { ...metadata.annotations, ...annotations },
  };
  return { ...object, metadata: { ...metadata, ...more } };
}

for (const blueprint of BLUEPRINTS) {
  const made = (metadata: Metadata, current?: KubeObject): KubeObject =>
    blueprint.desired({
      canary: CANARY,
      source: theirs(metadata),
      current,
      weights: canaryAt(20),
      fence: undefined,
    });
  const full = { labels: { team: 'blue', tier: 'web' }, annotations: { timeout: '30', auth: 'basic' } };
  const less = { labels: { team: 'blue' }, annotations: { timeout: '30' } };

  test(`${blueprint.provider}: what users take from their Ingress goes from the canary’s, too`, () => {
    const before = withMore(made(full), { labels: { mine: 'yes' }, annotations: { note: 'mine' } });
    const { labels = {}, annotations = {} } = made(less, before).metadata;
    assert.deepEqual(labels, { team: 'blue', mine: 'yes' });
    assert.equal(annotations['timeout'], '30');
    assert.equal(annotations['note'], 'mine', 'what was added to the canary’s stays');
    assert.ok(!('auth' in annotations), JSON.stringify(annotations));
    const none = made({}, made(less, before)).metadata;
    assert.deepEqual(none.labels, { mine: 'yes' });
    assert.ok(!(COPIED in (none.annotations ?? {})));
  });

  test(`${blueprint.provider}: it stays as it is while nothing changes, and divides the traffic all the same`, () => {
    const first = made(full);
    assert.ok(isSame(first, made(full, first)));
    const after = made({}, first);
    assert.deepEqual(blueprint.weights(after, CANARY), canaryAt(20));
  });

  test(`${blueprint.provider}: of one that somebody else has made nothing is taken away`, () => {
    const theirsBefore = withMore(made(full), { annotations: { [COPIED]: 'nonsense' } });
    const { annotations = {} } = made(less, theirsBefore).metadata;
    assert.equal(annotations['auth'], 'basic');
    assert.match(annotations[COPIED] ?? '', /"timeout"/);
  });
}
