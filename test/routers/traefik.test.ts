import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, canaryAt } from '../../src/domain/weights.js';
import { FLUX_SHIELD } from '../../src/kubernetes/objects/metadata.js';
import { traefik } from '../../src/routers/traefik.js';
import { canaryOf, desired } from './canaries.js';

const canary = canaryOf('traefik', { service: { apex: { labels: { team: 'blue' }, annotations: { note: 'a' } } } });
const primary = { name: 'cart-primary', namespace: 'shop', port: 80 };
const own = { name: 'cart-canary', namespace: 'shop', port: 80 };

const servicesOf = (object: Readonly<Record<string, unknown>>) =>
  (object['spec'] as { weighted: { services: readonly object[] } }).weighted.services;

suite("Traefik's TraefikService", () => {
  test('divides the requests of the service', () => {
    assert.deepEqual(desired(traefik, canary, canaryAt(30)), {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'TraefikService',
      metadata: {
        name: 'cart',
        namespace: 'shop',
        labels: { team: 'blue' },
        annotations: { note: 'a', ...FLUX_SHIELD },
        ownerReferences: [canary.owner],
      },
      spec: {
        weighted: {
          services: [
            { ...primary, weight: 70 },
            { ...own, weight: 30 },
          ],
        },
      },
    });
  });

  test('has the canary only while it has a share, and the primary always', () => {
    assert.deepEqual(servicesOf(desired(traefik, canary, ALL_TO_PRIMARY)), [{ ...primary, weight: 100 }]);
    assert.deepEqual(servicesOf(desired(traefik, canary, ALL_TO_CANARY)), [
      { ...primary, weight: 0 },
      { ...own, weight: 100 },
    ]);
    for (const weights of [ALL_TO_PRIMARY, canaryAt(1), canaryAt(99), ALL_TO_CANARY]) {
      assert.deepEqual(traefik.weights(desired(traefik, canary, weights), canary), weights);
    }
  });

  test('keeps what users have added, and gives the canary the same', () => {
    const made = desired(traefik, canary, ALL_TO_PRIMARY);
    const extras = { passHostHeader: false, scheme: 'h2c', serversTransport: 'internal' };
    const sticky = { cookie: { name: 'lb' } };
    const theirs = { ...made, spec: { weighted: { services: [{ ...primary, ...extras, weight: 100 }], sticky } } };
    const next = desired(traefik, canary, canaryAt(20), theirs);
    assert.deepEqual(next['spec'], {
      weighted: {
        sticky,
        services: [
          { ...primary, ...extras, weight: 80 },
          { ...own, ...extras, weight: 20 },
        ],
      },
    });
    assert.deepEqual(desired(traefik, canary, canaryAt(20), next), next);
  });

  test('leads nowhere else, whatever users have made of it', () => {
    const made = desired(traefik, canary, canaryAt(20));
    const services = [
      { ...primary, kind: 'TraefikService', port: 81, weight: 80 },
      { ...own, namespace: 'elsewhere', weight: 20 },
      { name: 'third', port: 80, weight: 50 },
    ];
    const mended = desired(traefik, canary, canaryAt(20), { ...made, spec: { weighted: { services } } });
    assert.deepEqual(mended, made);
  });

  test('says nothing about weights that do not add up, such as those that Flagger can leave behind', () => {
    const reported = (...services: readonly object[]) =>
      traefik.weights({ ...desired(traefik, canary, ALL_TO_PRIMARY), spec: { weighted: { services } } }, canary);
    assert.equal(reported({ ...primary, weight: 100 }, { ...own, weight: 100 }), undefined);
    assert.equal(reported({ ...own, weight: 100 }), undefined);
    assert.equal(reported(), undefined);
  });
});
