import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { intervalWithin, renderQuery, type QueryModel } from '../../src/metrics/model.js';
import { metricsProviderOf, observerOf } from '../../src/metrics/observers.js';
import { addressMatcher } from '../../src/metrics/queries/addresses.js';
import { builtinQuery, renderBuiltin, type Flavour } from '../../src/metrics/queries/builtin.js';
import { FLAGGER_QUERIES, type Observer } from '../../src/metrics/queries/flagger.js';
import { FLAGGER_SENDS } from './flagger-queries.js';
import { shareQueries } from '../../src/metrics/queries/share.js';

const MODEL: QueryModel = {
  name: 'my-canary',
  namespace: 'my-ns',
  target: 'my-app',
  service: 'my-svc',
  ingress: 'my-ing',
  route: 'my-route',
  interval: '2m',
  variables: {},
};
/** Of what Flagger's query takes the mean. */
const PERCENTILES: Readonly<Partial<Record<Observer, string>>> = {
  nginx:
    'histogram_quantile( 0.99, sum( rate( nginx_ingress_controller_response_duration_seconds_bucket{ namespace="my-ns", ingress="my-ing", canary!="" }[2m] ) ) by (le) ) * 1000',
  skipper:
    'histogram_quantile( 0.99, sum( rate( skipper_serve_route_duration_seconds_bucket{ route=~"kube(ew)?_my_ns__my_ing_canary__.*__my_svc_canary(_[0-9]+)?" }[2m] ) ) by (le) ) * 1000',
};
const OBSERVERS = Object.keys(FLAGGER_QUERIES) as Observer[];

function sent(observer: Observer, flavour: Flavour, model = MODEL, addresses: readonly string[] = ['10.0.0.1']) {
  const query = (metric: 'request-success-rate' | 'request-duration') =>
    renderBuiltin(builtinQuery(observer, metric, { flavour }), model, addresses);
  return { success: query('request-success-rate'), duration: query('request-duration') };
}

/** Layout is free between the parts of a query; none of the labels here holds a space. */
function withoutLayout(query: string | undefined): string | undefined {
  return query?.replace(/\s+/g, '');
}

function assertSame(actual: ReturnType<typeof sent>, expected: { success: string; duration: string }): void {
  assert.equal(withoutLayout(actual.success), withoutLayout(expected.success));
  assert.equal(withoutLayout(actual.duration), withoutLayout(expected.duration));
}

describe('built-in queries', () => {
  for (const observer of OBSERVERS) {
    test(`${observer}: Flagger’s, to the letter`, () => {
      assertSame(sent(observer, 'flagger'), FLAGGER_SENDS[observer]);
    });
  }

  /** Traefik's Service has two names, of which Flagger's queries know one. */
  const safelyNamed = (query: string) =>
    query.replaceAll(
      /service=~"(my-ns-my-svc-canary-[^"@]+)@/g,
      'service=~"($1|my-ns_my-svc_wrr_[0-9]+_my-ns_my-svc-canary_[0-9a-zA-Z-]+)@',
    );

  for (const observer of OBSERVERS.filter((name) => name !== 'apisix')) {
    test(`${observer}: ours differs by the Service’s name, by 0 for no successes, and where a mean is no percentile`, () => {
      const { success, duration } = FLAGGER_SENDS[observer];
      const [successes = '', all = ''] = success.replaceAll('my-app', 'my-svc').split(/ \/ (?=sum)/);
      assertSame(sent(observer, 'canary-only', { ...MODEL, target: 'my-svc' }), {
        success: safelyNamed(`( ${successes} or vector(0) ) / ${all}`),
        duration: safelyNamed(PERCENTILES[observer] ?? duration.replaceAll('my-app', 'my-svc')),
      });
    });
  }

  test('traefik, gloo and kuma: ours finds objects that are named after the Service', () => {
    for (const observer of ['traefik', 'gloo', 'kuma'] as const) {
      const { success = '', duration = '' } = sent(observer, 'canary-only');
      for (const query of [success, duration]) {
        assert.match(query, /my-svc-canary/);
        assert.doesNotMatch(query, /my-app/);
      }
    }
  });

  test('traefik: ours finds the Service under either of its names, and nobody else’s', async () => {
    const { success = '', duration = '' } = sent('traefik', 'canary-only');
    const share = await shareQueries('traefik', MODEL, () => Promise.resolve([]));
    const matchers = [success, duration, share?.percent ?? '', share?.requests ?? ''].flatMap((query) =>
      [...query.matchAll(/service=~"([^"]+)"/g)].map(([, matcher = '']) => new RegExp(`^(?:${matcher})$`)),
    );
    assert.ok(matchers.length >= 6);
    const both = ['my-ns-my-svc-canary-80@kubernetescrd', 'my-ns_my-svc_wrr_1_my-ns_my-svc-canary_http@kubernetescrd'];
    const others = [
      'my-ns-my-svc-80@kubernetescrd',
      'my-ns_my-svc@kubernetescrd',
      'my-ns_my-svc_wrr_0_my-ns_my-svc_80@kubernetescrd',
      'my-ns_other_wrr_1_my-ns_my-svc-canary_80@kubernetescrd',
    ];
    for (const matcher of matchers) {
      for (const name of both) assert.match(name, matcher);
      for (const name of others) assert.doesNotMatch(name, matcher);
    }
  });

  test('apisix: ours counts the requests of the canary’s pods, and 0 where none succeeded', () => {
    const selector = 'route=~"my-ns_my-route-my-svc-canary_.+", node=~"10\\\\.0\\\\.0\\\\.1|10\\\\.0\\\\.0\\\\.2"';
    assertSame(sent('apisix', 'canary-only', MODEL, ['10.0.0.1', '10.0.0.2']), {
      success:
        `(sum(rate(apisix_http_status{${selector}, code!~"5.."}[2m])) or vector(0))` +
        ` / sum(rate(apisix_http_status{${selector}}[2m])) * 100`,
      duration: `histogram_quantile(0.99, sum(rate(apisix_http_latency_bucket{type=~"request", ${selector}}[2m])) by (le))`,
    });
  });

  test('apisix: without pods there is no query in ours, and Flagger’s is as ever', () => {
    assert.deepEqual(sent('apisix', 'canary-only', MODEL, []), { success: undefined, duration: undefined });
    assertSame(sent('apisix', 'flagger', MODEL, []), FLAGGER_SENDS.apisix);
  });

  test('only the HTTP observer’s durations are in seconds', () => {
    for (const observer of OBSERVERS) {
      const { factor } = builtinQuery(observer, 'request-duration', { flavour: 'flagger' });
      assert.equal(factor, observer === 'http' ? 1000 : 1, observer);
      assert.equal(builtinQuery(observer, 'request-success-rate', { flavour: 'flagger' }).factor, 1);
    }
  });
});

describe('pod addresses in a query', () => {
  /** Reads a PromQL string and anchors it as Prometheus does. */
  const regexOf = (matcher: string) => new RegExp(`^(?:${matcher.replace(/\\(["\\])/g, '$1')})$`);

  test('an address matches itself and no neighbour', () => {
    const regex = regexOf(addressMatcher(['10.0.0.1', '10.0.0.2']));
    for (const address of ['10.0.0.1', '10.0.0.2']) assert.match(address, regex);
    for (const other of ['10.0.0.11', '110.0.0.1', '10x0.0.1', '10.0.0.1|10.0.0.2', '']) {
      assert.doesNotMatch(other, regex);
    }
  });

  test('IPv6, with and without brackets', () => {
    const regex = regexOf(addressMatcher(['fd00::1', '10.0.0.1']));
    for (const address of ['fd00::1', '[fd00::1]', '10.0.0.1']) assert.match(address, regex);
    for (const other of ['fd00::11', '[10.0.0.1]', 'fd00:::1']) assert.doesNotMatch(other, regex);
  });

  test('whatever is given can’t break out of the string or of the expression', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab1.|()[]{}^$*+?\\"'), minLength: 1 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), text, (addresses, other) => {
        const matcher = addressMatcher(addresses);
        assert.match(`"${matcher}"`, /^"(?:[^"\\]|\\["\\])*"$/);
        const regex = regexOf(matcher);
        for (const address of addresses) assert.match(address, regex);
        assert.equal(regex.test(other), addresses.includes(other));
      }),
    );
  });
});

describe('which queries a Canary is checked with', () => {
  const observers: readonly (readonly [metricsProvider: string, observer: Observer])[] = [
    ['appmesh', 'appmesh'],
    ['appmesh:v1beta2', 'appmesh'],
    ['appmesh:service', 'appmesh'],
    ['linkerd', 'linkerd'],
    ['istio', 'istio'],
    ['contour', 'contour'],
    ['gloo', 'gloo'],
    ['gloo:service', 'gloo'],
    ['nginx', 'nginx'],
    ['kubernetes', 'http'],
    ['gatewayapi:v1', 'http'],
    ['gatewayapi:v1beta1', 'http'],
    ['skipper', 'skipper'],
    ['traefik', 'traefik'],
    ['osm', 'osm'],
    ['kuma', 'kuma'],
    ['apisix', 'apisix'],
    ['knative', 'knative'],
    ['smi:v1alpha3', 'istio'],
    ['kubernetes:service', 'istio'],
    ['apisix:service', 'istio'],
    ['crossover', 'istio'],
    ['constructor', 'istio'],
    ['', 'istio'],
  ];
  for (const [metricsProvider, observer] of observers) {
    test(`${metricsProvider || 'none'}: ${observer}`, () => assert.equal(observerOf(metricsProvider), observer));
  }

  const choices: readonly (readonly [
    mesh: string,
    provider: string | undefined,
    ofService: boolean,
    chosen: string,
  ])[] = [
    ['istio', undefined, false, 'istio'],
    ['istio', 'apisix', false, 'apisix'],
    ['istio', '', false, 'istio'],
    ['smi:crossover', undefined, false, 'crossover'],
    ['smi:crossover', 'nginx', false, 'nginx'],
    ['linkerd', 'nginx', false, 'linkerd'],
    ['smi:linkerd', 'nginx', false, 'linkerd'],
    ['smi:linkerd', undefined, false, 'smi:linkerd'],
    ['kubernetes', undefined, true, 'kubernetes:service'],
    ['linkerd', 'gatewayapi:v1', true, 'linkerd:service'],
  ];
  for (const [meshProvider, provider, ofService, chosen] of choices) {
    test(`${meshProvider}, ${provider ?? 'none'}${ofService ? ' of a Service' : ''}: ${chosen}`, () => {
      assert.equal(metricsProviderOf({ meshProvider, provider, ofService }), chosen);
    });
  }
});

describe('rendering a query', () => {
  test('all names', () => {
    const template =
      '{{ name }} {{ namespace }} {{ target }} {{ service }} {{ ingress }} {{ route }} {{ interval }} {{ variables.a }}';
    const text = renderQuery(template, { ...MODEL, variables: { a: 'b' } });
    assert.equal(text, 'my-canary my-ns my-app my-svc my-ing my-route 2m b');
  });

  test('an unknown variable is an error, and users’ templates have no addresses', () => {
    assert.throws(() => renderQuery('{{ variables.a }}', MODEL), /map has no entry for key "a"/);
    assert.throws(() => renderQuery('{{ addresses }}', MODEL), /function "addresses" not defined/);
  });

  const minute = { text: '1m', seconds: 60 };
  const ago = (seconds: number) => ({ notBefore: 1_000_000 - seconds * 1_000, now: 1_000_000 });
  const intervals: readonly (readonly [string, string, string])[] = [
    ['no interval', intervalWithin(undefined, ago(5)), ''],
    ['no window', intervalWithin(minute, undefined), '1m'],
    ['a weight that is older than the interval', intervalWithin(minute, ago(61)), '1m'],
    ['as old', intervalWithin(minute, ago(60)), '1m'],
    ['younger, whole seconds', intervalWithin(minute, ago(12.9)), '12s'],
    ['set just now', intervalWithin(minute, ago(0)), '1s'],
    ['set by a clock that goes ahead', intervalWithin(minute, ago(-30)), '1s'],
    ['a short interval', intervalWithin({ text: '500ms', seconds: 0.5 }, ago(0)), '500ms'],
  ];
  for (const [what, interval, expected] of intervals) {
    test(`the interval: ${what}`, () => assert.equal(interval, expected));
  }
});
