import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ALL_TO_PRIMARY } from '../../src/domain/weights.js';
import { UserError } from '../../src/errors.js';
import type { KubeObject } from '../../src/kube/object.js';
import { desiredDestinationRule } from '../../src/routers/istio/router.js';
import { restored } from '../../src/routers/istio/original.js';
import { virtualService } from '../../src/routers/istio/virtual-service.js';
import { canaryOf, desired } from './canaries.js';

const ORIGINAL = 'flagger.kubernetes.io/original-configuration';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const SPEC = { hosts: ['cart'], http: [{ route: [{ destination: { host: 'cart' } }] }] };

function theirs(annotations: Readonly<Record<string, string>> = {}, spec: object = SPEC): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1beta1',
    kind: 'VirtualService',
    metadata: { name: 'cart', namespace: 'shop', annotations, labels: { team: 'blue' } },
    spec,
  };
}

function taken(current: KubeObject): KubeObject {
  return desired(virtualService, canaryOf('istio'), ALL_TO_PRIMARY, current);
}

suite('a VirtualService that was there before', () => {
  test('is taken over, with its metadata, and what it said is noted and put back', () => {
    const ours = taken(theirs({ 'example.com/note': 'mine' }));
    assert.deepEqual(ours.metadata.labels, { team: 'blue' });
    assert.equal(ours.metadata.ownerReferences, undefined);
    assert.deepEqual(JSON.parse(ours.metadata.annotations?.[ORIGINAL] ?? ''), SPEC);
    const back = restored(ours);
    assert.deepEqual(back['spec'], SPEC);
    assert.equal(back.metadata.annotations?.[ORIGINAL], undefined);
    assert.equal(back.metadata.annotations?.['example.com/note'], 'mine');
  });

  test('keeps the first note: a later difference is an edit', () => {
    const ours = taken(theirs());
    const edited = taken({ ...ours, spec: { ...SPEC, hosts: ['other'] } });
    assert.deepEqual(JSON.parse(edited.metadata.annotations?.[ORIGINAL] ?? ''), SPEC);
  });

  test('needs no note where kubectl has one, which is what is put back', () => {
    const applied = JSON.stringify({ kind: 'VirtualService', spec: SPEC });
    const ours = taken(theirs({ [LAST_APPLIED]: applied }));
    assert.deepEqual(Object.keys(ours.metadata.annotations ?? {}).includes(ORIGINAL), false);
    assert.equal(ours.metadata.annotations?.[LAST_APPLIED], applied);
    assert.deepEqual(restored(ours)['spec'], SPEC);
    const both = { ...ours.metadata.annotations, [ORIGINAL]: '{"hosts":["older"]}' };
    assert.deepEqual(restored({ ...ours, metadata: { ...ours.metadata, annotations: both } })['spec'], SPEC);
  });

  test('is left as it is where nobody has noted anything', () => {
    const ours = desired(virtualService, canaryOf('istio'), ALL_TO_PRIMARY);
    assert.equal(ours.metadata.annotations?.[ORIGINAL], undefined);
    assert.equal(restored(ours), ours);
  });

  test('a note that can not be read is said', () => {
    for (const note of ['{', '7']) {
      const fits = (error: unknown) => error instanceof UserError && error.message.includes(ORIGINAL);
      assert.throws(() => restored(theirs({ [ORIGINAL]: note })), fits);
    }
  });
});

suite('a DestinationRule', () => {
  test('has the traffic policy of the service, for one of its two halves', () => {
    const trafficPolicy = { loadBalancer: { simple: 'LEAST_REQUEST' }, tls: { mode: 'ISTIO_MUTUAL' } };
    const canary = canaryOf('istio', { service: { trafficPolicy } });
    assert.deepEqual(desiredDestinationRule(canary, 'cart-canary', undefined), {
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'DestinationRule',
      metadata: { name: 'cart-canary', namespace: 'shop', ownerReferences: [canary.owner] },
      spec: { host: 'cart-canary', trafficPolicy },
    });
  });

  test('keeps what users have added, and loses a policy that the service has not', () => {
    const canary = canaryOf('istio');
    const made = desiredDestinationRule(canary, 'cart-primary', undefined);
    const subsets = [{ name: 'v1', labels: { version: 'v1' } }];
    const edited = { ...made, spec: { host: 'elsewhere', subsets, trafficPolicy: { tls: { mode: 'DISABLE' } } } };
    assert.deepEqual(desiredDestinationRule(canary, 'cart-primary', edited)['spec'], { host: 'cart-primary', subsets });
  });
});
