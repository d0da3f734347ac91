import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, canaryAt, EVERYBODY_TO_CANARY } from '../../src/domain/weights.js';
import { UserError } from '../../src/errors.js';
import type { KubeObject } from '../../src/kube/object.js';
import { FLUX_SHIELD } from '../../src/kubernetes/objects/metadata.js';
import { contour } from '../../src/routers/contour.js';
import { canaryOf, desired, unchecked, type Part } from './canaries.js';

const blueprint = contour('');

function service(name: string, weight: number, port = 80): object {
  const value = `${name}.shop.svc.cluster.local:${port}`;
  return { name, port, weight, requestHeadersPolicy: { set: [{ name: 'l5d-dst-override', value }] } };
}

const services = (primary: number, canary: number) => [
  service('cart-primary', primary),
  service('cart-canary', canary),
];

function specAt(parts: { service?: Part; analysis?: Part }, weights = ALL_TO_PRIMARY): unknown {
  return desired(blueprint, canaryOf('contour', parts), weights)['spec'];
}

suite("Contour's HTTPProxy", () => {
  test('divides the requests of the service', () => {
    const canary = canaryOf('contour');
    assert.deepEqual(desired(blueprint, canary, canaryAt(30)), {
      apiVersion: 'projectcontour.io/v1',
      kind: 'HTTPProxy',
      metadata: {
        name: 'cart',
        namespace: 'shop',
        labels: {},
        annotations: FLUX_SHIELD,
        ownerReferences: [canary.owner],
      },
      spec: { routes: [{ conditions: [{ prefix: '/' }], services: services(70, 30) }] },
    });
  });

  test('treats requests as the Canary says', () => {
    const retries = { attempts: 3, perTryTimeout: '2s', retryOn: 'gateway-error, reset' };
    const match = [{ uri: { exact: '/never' } }, { uri: { prefix: '/api' } }];
    assert.deepEqual(specAt({ service: { match, timeout: '15s', retries } }), {
      routes: [
        {
          conditions: [{ prefix: '/api' }],
          services: services(100, 0),
          timeoutPolicy: { response: '15s', idle: '5m' },
          retryPolicy: { count: 3, perTryTimeout: '2s', retryOn: ['gateway-error', 'reset'] },
        },
      ],
    });
    const bare = specAt({ service: { retries: {} } }) as { routes: readonly { retryPolicy?: unknown }[] };
    assert.deepEqual(bare.routes[0]?.retryPolicy, { count: 1 }, 'as Contour would fill it in');
  });

  test('is of a class where there are several Contours', () => {
    const { ingressClassName } = desired(contour('internal'), canaryOf('contour'), ALL_TO_PRIMARY)['spec'] as {
      ingressClassName?: string;
    };
    assert.equal(ingressClassName, 'internal');
  });

  test('shows the canary to each audience, and the primary to all others', () => {
    const match = [
      { headers: { 'x-beta': { exact: 'yes' }, cookie: { regex: '^(.*?;)?(beta=1)(;.*)?$' } } },
      { headers: { 'x-user': { suffix: '@example.org' } } },
      { headers: { 'x-user': { prefix: 'qa.' } } },
    ];
    const audience = (...conditions: readonly object[]) => ({ conditions, services: services(0, 100) });
    assert.deepEqual(specAt({ analysis: { iterations: 3, match } }, ALL_TO_CANARY), {
      routes: [
        audience(
          { prefix: '/', header: { name: 'cookie', regex: '^(.*?;)?(beta=1)(;.*)?$' } },
          { header: { name: 'x-beta', exact: 'yes' } },
        ),
        audience({ prefix: '/', header: { name: 'x-user', regex: '.*@example\\.org' } }),
        audience({ prefix: '/', header: { name: 'x-user', regex: 'qa\\..*' } }),
        { conditions: [{ prefix: '/' }], services: services(100, 0) },
      ],
    });
  });

  test('refuses an audience that is everybody', () => {
    for (const match of [[{}], [{ headers: { 'x-beta': { exact: '' } } }]]) {
      const canary = unchecked(canaryOf('contour'), { analysis: { iterations: 3, match } });
      assert.throws(() => desired(blueprint, canary, ALL_TO_PRIMARY), UserError);
    }
  });

  test('shows the canary to everybody where the primary can not serve, and stays so', () => {
    const match = [{ headers: { 'x-beta': { exact: 'yes' } } }];
    const canary = canaryOf('contour', { analysis: { iterations: 3, match } });
    const rescued = desired(blueprint, canary, EVERYBODY_TO_CANARY, desired(blueprint, canary, ALL_TO_CANARY));
    assert.deepEqual(rescued['spec'], { routes: [{ conditions: [{ prefix: '/' }], services: services(0, 100) }] });
    assert.deepEqual(blueprint.weights(rescued, canary), EVERYBODY_TO_CANARY);
  });

  test('does not make everybody an audience where somebody has removed the route of the others', () => {
    const match = [{ headers: { 'x-beta': { exact: 'yes' } } }];
    const canary = canaryOf('contour', { analysis: { iterations: 3, match } });
    const made = desired(blueprint, canary, ALL_TO_CANARY);
    const [first] = (made['spec'] as { routes: readonly object[] }).routes;
    const cut = { ...made, spec: { routes: [first] } };
    assert.deepEqual(blueprint.weights(cut, canary), ALL_TO_CANARY);
    assert.deepEqual(desired(blueprint, canary, ALL_TO_CANARY, cut), made);
  });

  test('keeps weights when the Canary is edited, and fields that are not ours', () => {
    const made = desired(blueprint, canaryOf('contour'), canaryAt(40));
    const virtualhost = { fqdn: 'shop.example.org' };
    const theirs = { ...made, spec: { ...(made['spec'] as object), virtualhost } };
    const edited = canaryOf('contour', { service: { timeout: '3s' } });
    const kept = blueprint.weights(theirs, edited);
    assert.deepEqual(kept, canaryAt(40));
    const after = desired(blueprint, edited, kept ?? ALL_TO_PRIMARY, theirs);
    assert.deepEqual(blueprint.weights(after, edited), canaryAt(40));
    assert.deepEqual((after['spec'] as { virtualhost?: unknown }).virtualhost, virtualhost);
  });

  test('finds the way back whatever the Canary says by now', () => {
    const match = [{ headers: { 'x-beta': { exact: 'yes' } } }];
    const current = desired(blueprint, canaryOf('contour', { analysis: { iterations: 3, match } }), ALL_TO_CANARY);
    const broken = unchecked(canaryOf('contour'), { analysis: { iterations: 3, match: [{}] } });
    const back = blueprint.reweighed?.(current, broken, ALL_TO_PRIMARY);
    const { routes } = back?.['spec'] as { routes: readonly { services: unknown }[] };
    assert.deepEqual(
      routes.map((route) => route.services),
      [services(100, 0), services(100, 0)],
    );
  });

  test('tells nothing where it does not divide requests', () => {
    const canary = canaryOf('contour');
    const reported = (routes: readonly object[]) =>
      blueprint.weights({ ...desired(blueprint, canary, ALL_TO_PRIMARY), spec: { routes } }, canary);
    assert.equal(reported([]), undefined);
    assert.equal(reported([{ services: [service('cart-primary', 100)] }]), undefined);
    assert.equal(reported([{ services: services(100, 100) }]), undefined);
  });

  test('is settled when Contour has taken over what was written last', () => {
    const withStatus = (generation: number, status?: object): KubeObject => ({
      apiVersion: 'projectcontour.io/v1',
      kind: 'HTTPProxy',
      metadata: { name: 'cart', generation },
      ...(status ? { status } : {}),
    });
    const valid = (status: string, observedGeneration: number) => ({
      conditions: [{ type: 'Valid', status, observedGeneration }],
    });
    const settled = (object: KubeObject) => blueprint.isSettled?.(object, canaryOf('contour'));
    assert.equal(settled(withStatus(2, { currentStatus: 'NotReconciled' })), undefined);
    assert.equal(settled(withStatus(2, valid('True', 1))), false);
    assert.equal(settled(withStatus(2, valid('False', 2))), false);
    assert.equal(settled(withStatus(2, valid('True', 2))), true);
  });
});
