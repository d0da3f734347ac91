import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, canaryAt, EVERYBODY_TO_CANARY, MIRRORED } from '../../src/domain/weights.js';
import { UserError } from '../../src/errors.js';
import type { KubeObject } from '../../src/kube/object.js';
import { FLUX_SHIELD } from '../../src/kubernetes/objects/metadata.js';
import type { HttpRoute, VirtualServiceSpec } from '../../src/routers/istio/objects.js';
import { virtualService } from '../../src/routers/istio/virtual-service.js';
import { canaryOf, desired, unchecked, type Part } from './canaries.js';

const PRIMARY = { host: 'cart-primary' };
const CANARY = { host: 'cart-canary' };

function specAt(parts: { service?: Part; analysis?: Part }, weights = ALL_TO_PRIMARY): VirtualServiceSpec {
  return desired(virtualService, canaryOf('istio', parts), weights)['spec'] as VirtualServiceSpec;
}

function divided(primary: number, canary: number): Pick<HttpRoute, 'route'> {
  return {
    route: [
      { destination: PRIMARY, weight: primary },
      { destination: CANARY, weight: canary },
    ],
  };
}

function refused(parts: { service?: Part; analysis?: Part }, message: RegExp): void {
  const fits = (error: unknown) => error instanceof UserError && message.test(error.message);
  assert.throws(() => desired(virtualService, unchecked(canaryOf('istio'), parts), ALL_TO_PRIMARY), fits);
}

suite("Istio's VirtualService", () => {
  test('is for the service in the mesh, and divides its requests', () => {
    const canary = canaryOf('istio');
    assert.deepEqual(desired(virtualService, canary, canaryAt(30)), {
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'VirtualService',
      metadata: {
        name: 'cart',
        namespace: 'shop',
        labels: {},
        annotations: FLUX_SHIELD,
        ownerReferences: [canary.owner],
      },
      spec: { hosts: ['cart'], gateways: ['mesh'], http: [divided(70, 30)] },
    });
  });

  test('has the hosts and gateways of the Canary, and the host of the service unless all are meant', () => {
    const gateways = ['infra/public', 'mesh'];
    const { hosts, ...rest } = specAt({ service: { hosts: ['shop.example.org'], gateways } });
    assert.deepEqual([hosts, rest.gateways], [['shop.example.org', 'cart'], gateways]);
    assert.deepEqual(specAt({ service: { hosts: ['*'] } }).hosts, ['*']);
    assert.deepEqual(specAt({ service: { hosts: ['cart', 'b.example.org'] } }).hosts, ['cart', 'b.example.org']);
  });

  test('has neither where another one delegates to it, and says so where they are asked for', () => {
    assert.deepEqual(Object.keys(specAt({ service: { delegation: true } })), ['http']);
    for (const service of [
      { delegation: true, hosts: ['a.example.org'] },
      { delegation: true, gateways: ['mesh'] },
    ]) {
      refused({ service }, /^VirtualService cart\.shop cannot have hosts and gateways when delegation enabled$/);
    }
  });

  test('names the port where a gateway leads to Services of several ports', () => {
    const portOf = (service: Part) => specAt({ service }).http?.[0]?.route?.map(({ destination }) => destination.port);
    const named = [{ number: 80 }, { number: 80 }];
    assert.deepEqual(portOf({ portDiscovery: true, gateways: ['public'] }), named);
    assert.deepEqual(portOf({ portDiscovery: true, delegation: true }), named);
    const none = [undefined, undefined];
    assert.deepEqual(portOf({ portDiscovery: true }), none);
    assert.deepEqual(portOf({ portDiscovery: true, gateways: ['mesh', 'public'] }), none);
    assert.deepEqual(portOf({ gateways: ['public'] }), none);
  });

  test('treats requests as the Canary says', () => {
    const service = {
      match: [{ uri: { prefix: '/api' } }],
      timeout: '15s',
      retries: { attempts: 3, perTryTimeout: '2s', retryOn: '5xx' },
      headers: { request: { add: { 'x-a': '1' }, remove: ['x-b'] }, response: { set: { 'x-c': '2' } } },
      corsPolicy: { allowOrigins: [{ exact: 'https://example.org' }], allowMethods: ['GET'], maxAge: '24h' },
    };
    const rewrite = { uri: '/', authority: 'cart.example.org', type: 'ReplacePrefixMatch' };
    const [route] = specAt({ service: { ...service, rewrite } }).http ?? [];
    assert.deepEqual(route, {
      ...service,
      rewrite: { uri: '/', authority: 'cart.example.org' },
      ...divided(100, 0),
    });
  });

  test('copies requests while it mirrors, all of them or a share', () => {
    const mirrored = specAt({ analysis: { mirror: true } }, MIRRORED);
    assert.deepEqual(mirrored.http, [{ ...divided(100, 0), mirror: CANARY }]);
    const share = specAt({ analysis: { mirror: true, mirrorWeight: 25 } }, MIRRORED);
    assert.deepEqual(share.http, [{ ...divided(100, 0), mirror: CANARY, mirrorPercentage: { value: 25 } }]);
    assert.equal(specAt({ analysis: { mirror: true } }, canaryAt(10)).http?.[0]?.mirror, undefined);
  });

  test('divides connections where the service is no HTTP', () => {
    const service = { appProtocol: 'TCP', match: [{ port: 5432 }], timeout: '15s' };
    const { tcp, http } = specAt({ service }, canaryAt(20));
    assert.deepEqual(tcp, [{ match: [{ port: 5432 }], ...divided(80, 20) }]);
    assert.equal(http, undefined);
    assert.deepEqual(specAt({ service: { appProtocol: 'tcp' } }).tcp, [divided(100, 0)]);
  });

  test('refuses to tell requests apart where there are connections only', () => {
    const service = { appProtocol: 'tcp' };
    const match = [{ headers: { 'x-beta': { exact: 'yes' } } }];
    refused({ service, analysis: { iterations: 2, match } }, /^spec\.analysis\.match: with spec\.service\.appProtocol/);
    refused({ service, analysis: { mirror: true } }, /^spec\.analysis\.mirror: /);
    const sessionAffinity = { cookieName: 'cv' };
    refused({ service, analysis: { sessionAffinity } }, /^spec\.analysis\.sessionAffinity: /);
  });
});

suite("an audience in Istio's VirtualService", () => {
  const audience = (match: readonly unknown[], service: Part = {}, weights = ALL_TO_CANARY) =>
    specAt({ service, analysis: { iterations: 3, match } }, weights).http;

  test('meets the canary, and everybody else the primary', () => {
    const match = [
      { headers: { 'x-beta': { exact: 'yes' } } },
      { queryParams: { beta: { exact: '1' } }, sourceLabels: { app: 'front' } },
    ];
    assert.deepEqual(audience(match), [
      { match, ...divided(0, 100) },
      { route: [{ destination: PRIMARY, weight: 100 }] },
    ]);
  });

  test('is part of the requests of the service', () => {
    const match = [
      { headers: { 'x-beta': { exact: 'yes' } } },
      { queryParams: { beta: { exact: '1' } }, sourceLabels: { app: 'front' } },
    ];
    const service = [
      { uri: { prefix: '/a' }, headers: { 'x-tenant': { exact: 'blue' } } },
      { uri: { prefix: '/b' }, sourceLabels: { app: 'any' } },
    ];
    const routes = audience(match, { match: service, timeout: '5s' });
    assert.deepEqual(routes?.[0], {
      timeout: '5s',
      match: [
        { uri: { prefix: '/a' }, headers: { 'x-beta': { exact: 'yes' } } },
        { uri: { prefix: '/b' }, headers: { 'x-beta': { exact: 'yes' } }, sourceLabels: { app: 'any' } },
        {
          uri: { prefix: '/a' },
          headers: { 'x-tenant': { exact: 'blue' } },
          queryParams: { beta: { exact: '1' } },
          sourceLabels: { app: 'front' },
        },
        { uri: { prefix: '/b' }, queryParams: { beta: { exact: '1' } }, sourceLabels: { app: 'front' } },
      ],
      ...divided(0, 100),
    });
    assert.deepEqual(routes?.[1], {
      timeout: '5s',
      match: service,
      route: [{ destination: PRIMARY, weight: 100 }],
    });
  });

  test('may be selected by the end of a header, which Istio itself has no match for', () => {
    const routes = audience([{ headers: { 'x-user': { suffix: '@example.org' } } }]);
    assert.deepEqual(routes?.[0]?.match, [{ headers: { 'x-user': { regex: '.*@example\\.org' } } }]);
  });

  test('is never everybody', () => {
    for (const match of [[{}], [{ headers: {} }], [{ headers: { 'x-beta': { exact: 'yes' } } }, {}]]) {
      refused({ analysis: { iterations: 3, match } }, /^spec\.analysis\.match\[\d\]: {} fits every request/);
    }
    const empty = [{ headers: { 'x-beta': { prefix: '' } } }];
    refused({ analysis: { iterations: 3, match: empty } }, /^spec\.analysis\.match\[0\]\.headers\.x-beta: an empty/);
  });

  test('makes no difference where the primary can not serve', () => {
    const match = [{ headers: { 'x-beta': { exact: 'yes' } } }];
    assert.deepEqual(audience(match, {}, EVERYBODY_TO_CANARY), [divided(0, 100)]);
    const canary = canaryOf('istio', { analysis: { iterations: 3, match } });
    const read = virtualService.weights(desired(virtualService, canary, EVERYBODY_TO_CANARY), canary);
    assert.deepEqual(read, EVERYBODY_TO_CANARY);
  });

  test('does not become everybody where somebody has removed the route of the others', () => {
    const match = [{ headers: { 'x-beta': { exact: 'yes' } } }];
    const canary = canaryOf('istio', { analysis: { iterations: 3, match } });
    const made = desired(virtualService, canary, ALL_TO_CANARY);
    const [first] = (made['spec'] as VirtualServiceSpec).http ?? [];
    const cut = { ...made, spec: { ...(made['spec'] as VirtualServiceSpec), http: [first] } };
    const read = virtualService.weights(cut, canary);
    assert.deepEqual(read, ALL_TO_CANARY);
    assert.deepEqual(desired(virtualService, canary, ALL_TO_CANARY, cut), made);
  });
});

suite("what users do to Istio's VirtualService", () => {
  test('an edit of the Canary in mid-run keeps weights and mirror', () => {
    for (const weights of [canaryAt(40), MIRRORED, ALL_TO_CANARY]) {
      const before = desired(virtualService, canaryOf('istio', { analysis: { mirror: true } }), weights);
      const edited = canaryOf('istio', {
        service: { timeout: '3s', hosts: ['b.example.org'] },
        analysis: { mirror: true },
      });
      const kept = virtualService.weights(before, edited);
      assert.deepEqual(kept, weights);
      const after = desired(virtualService, edited, kept ?? ALL_TO_PRIMARY, before);
      assert.deepEqual(virtualService.weights(after, edited), weights);
      assert.equal((after['spec'] as VirtualServiceSpec).http?.[0]?.['timeout'], '3s');
    }
  });

  test('fields that are not ours stay, routes that are not ours go', () => {
    const canary = canaryOf('istio');
    const ours = desired(virtualService, canary, canaryAt(40));
    const spec = ours['spec'] as VirtualServiceSpec;
    const theirs = { fault: { abort: { httpStatus: 503 } }, route: [{ destination: { host: 'other' } }] };
    const edited: KubeObject = { ...ours, spec: { ...spec, exportTo: ['.'], http: [theirs, ...(spec.http ?? [])] } };
    assert.deepEqual(virtualService.weights(edited, canary), canaryAt(40));
    assert.deepEqual(desired(virtualService, canary, canaryAt(40), edited)['spec'], { ...spec, exportTo: ['.'] });
  });

  test('weights that do not add up, or lead elsewhere, are no weights', () => {
    const canary = canaryOf('istio');
    const withRoutes = (http: readonly unknown[]): KubeObject => ({
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'VirtualService',
      metadata: { name: 'cart' },
      spec: { http },
    });
    const reported = (http: readonly unknown[]) => virtualService.weights(withRoutes(http), canary);
    assert.equal(reported([divided(0, 0)]), undefined);
    assert.equal(reported([divided(100, 100)]), undefined);
    assert.equal(reported([{ route: [{ destination: { host: 'cart' } }] }]), undefined);
    assert.equal(reported([]), undefined);
  });

  test('the way back is open whatever the Canary says by now', () => {
    const current = desired(virtualService, canaryOf('istio', { analysis: { mirror: true } }), MIRRORED);
    const broken = unchecked(canaryOf('istio'), { service: { delegation: true, hosts: ['a.example.org'] } });
    const back = virtualService.reweighed?.(current, broken, ALL_TO_PRIMARY);
    assert.deepEqual((back?.['spec'] as VirtualServiceSpec).http, [divided(100, 0)]);
    const match = [{ headers: { 'x-beta': { exact: 'yes' } } }];
    const audience = canaryOf('istio', { analysis: { iterations: 3, match } });
    const forward = virtualService.reweighed?.(
      desired(virtualService, audience, ALL_TO_CANARY),
      audience,
      EVERYBODY_TO_CANARY,
    );
    assert.deepEqual((forward?.['spec'] as VirtualServiceSpec).http, [{ match, ...divided(0, 100) }, divided(0, 100)]);
  });
});
