import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { increaseOf } from '../../../src/metrics/counts/increase.js';
import { canCountRequests, requestCounts } from '../../../src/metrics/counts/sources.js';
import type { QueryModel } from '../../../src/metrics/model.js';
import { FLAGGER_QUERIES, type Observer } from '../../../src/metrics/queries/flagger.js';

const MODEL: QueryModel = {
  ...{ name: 'shop', namespace: 'eu-1', target: 'shop', service: 'shop', ingress: 'shop', route: 'shop' },
  ...{ interval: '', variables: {} },
};

type Labels = Readonly<Record<string, string>>;

/** Labels as the traffic providers have them: of the canary, of the primary, and of what is neither's. */
interface Case {
  readonly canary: Labels;
  readonly primary: Labels;
  readonly foreign: Labels;
  readonly good: Labels;
  readonly bad: Labels;
}

const CODES = (label: string) => ({ good: { [label]: '200' }, bad: { [label]: '503' } });
const PODS = {
  canary: { kubernetes_pod_name: 'shop-5d8f-x1' },
  primary: { kubernetes_pod_name: 'shop-primary-6c9b-y2' },
  foreign: { kubernetes_pod_name: 'shopping-5d8f-x1' },
};
const ENVOY = CODES('envoy_response_code');

const CASES: Readonly<Partial<Record<Observer, Case>>> = {
  apisix: {
    canary: { node: '10.0.0.7' },
    primary: { node: '10.0.0.8' },
    foreign: { node: '' },
    ...CODES('code'),
  },
  istio: {
    canary: { destination_workload: 'shop' },
    primary: { destination_workload: 'shop-primary' },
    foreign: { destination_workload: 'shop-old' },
    ...CODES('response_code'),
  },
  linkerd: {
    canary: { deployment: 'shop' },
    primary: { deployment: 'shop-primary' },
    foreign: { deployment: 'cart' },
    good: { classification: 'success' },
    bad: { classification: 'failure' },
  },
  osm: {
    canary: { destination_name: 'shop' },
    primary: { destination_name: 'shop-primary' },
    foreign: { destination_name: 'cart' },
    ...CODES('response_code'),
  },
  appmesh: { ...PODS, ...ENVOY },
  http: { ...PODS, ...CODES('status') },
  contour: {
    canary: { envoy_cluster_name: 'eu-1_shop-canary_80' },
    primary: { envoy_cluster_name: 'eu-1_shop-primary_80' },
    foreign: { envoy_cluster_name: 'eu-1_shop_80' },
    ...{ good: { envoy_response_code: '200' }, bad: { envoy_response_code: '500' } },
  },
  gloo: {
    canary: { envoy_cluster_name: 'eu-1-shop-canaryupstream-80_gloo-system' },
    primary: { envoy_cluster_name: 'eu-1-shop-primaryupstream-80_gloo-system' },
    foreign: { envoy_cluster_name: 'eu-1-shop-80_gloo-system' },
    ...ENVOY,
  },
  kuma: {
    canary: { service: 'shop-canary_eu-1_svc_80' },
    primary: { service: 'shop-primary_eu-1_svc_80' },
    foreign: { service: 'shop_eu-1_svc_80' },
    ...ENVOY,
  },
  nginx: {
    canary: { canary: 'eu-1-shop-canary-80' },
    primary: { canary: '' },
    foreign: {},
    ...CODES('status'),
  },
  skipper: {
    canary: { route: 'kube_eu_1__shop_canary__shop_example_com____shop_canary' },
    primary: { route: 'kube_eu_1__shop_canary__shop_example_com____shop_primary' },
    foreign: { route: 'kube_eu_1__shop__shop_example_com____shop' },
    ...CODES('code'),
  },
  traefik: {
    canary: { service: 'eu-1-shop-canary-80@kubernetescrd' },
    primary: { service: 'eu-1-shop-primary-80@kubernetescrd' },
    foreign: { service: 'eu-1-shop-80@kubernetescrd' },
    ...CODES('code'),
  },
};

/** Observers of the providers that route to a baseline. */
const WITH_BASELINE: readonly Observer[] = ['apisix', 'http', 'istio', 'linkerd', 'osm', 'kuma', 'contour', 'traefik'];

async function tellsBaseline(observer: Observer, { canary, primary }: { canary: Labels; primary: Labels }) {
  const ofPods = (address: string) => () => Promise.resolve([address]);
  const pods = { canary: ofPods('10.0.0.7'), baseline: ofPods('10.0.0.3') };
  const query = await requestCounts(observer, MODEL, pods);
  assert.ok(query);
  const named = (value: string) => (observer === 'apisix' && value === '10.0.0.8' ? '10.0.0.3' : value);
  const baseline = Object.fromEntries(
    Object.entries(primary).map(([label, value]) => [label, named(value).replace('primary', 'baseline')]),
  );
  for (const sideOf of [query.sideOf, query.durations.sideOf]) {
    assert.deepEqual([canary, primary, baseline].map(sideOf), ['canary', 'primary', 'baseline']);
  }
  const without = await requestCounts(observer, MODEL, { canary: pods.canary });
  assert.notEqual(without?.sideOf(baseline), 'baseline');
  if (observer === 'apisix') return;
  // What is read has the baseline in it, and is what it always was where there is none.
  for (const of of [
    (all: NonNullable<typeof query>) => all.selector,
    (all: NonNullable<typeof query>) => all.durations.selector,
  ]) {
    assert.match(of(query), /baseline/);
    assert.doesNotMatch(of(without ?? query), /baseline/);
  }
}

void describe('whose requests a traffic provider’s counters are about', () => {
  for (const observer of Object.keys(FLAGGER_QUERIES) as Observer[]) {
    const known = CASES[observer];
    if (known === undefined) {
      void it(`${observer}: it is unknown`, async () => {
        assert.equal(canCountRequests(observer), false);
        assert.equal(await requestCounts(observer, MODEL, { canary: () => Promise.resolve([]) }), undefined);
      });
      continue;
    }
    void it(observer, async () => {
      const query = await requestCounts(observer, MODEL, { canary: () => Promise.resolve(['10.0.0.7', '10.0.0.9']) });
      assert.ok(query);
      assert.equal(query.sideOf(known.canary), 'canary');
      assert.equal(query.sideOf(known.primary), 'primary');
      // Where nobody is named, the Ingress itself is the primary's.
      assert.equal(query.sideOf(known.foreign), observer === 'nginx' ? 'primary' : undefined);
      assert.deepEqual(
        [known.good, known.bad].map((labels) => query.isFailure(labels)),
        [false, true],
      );
      assert.match(query.selector, /^[a-z_]+\{[^{}]+\}$/);
      const { durations } = query;
      assert.match(durations.selector, /^[a-z_]+_bucket\{[^{}]*eu[-_]1[^{}]*\}$/);
      assert.deepEqual([durations.sideOf(known.canary), durations.sideOf(known.primary)], ['canary', 'primary']);
      const inSeconds = /_(ms|milliseconds|latency|time)_bucket/.test(durations.selector) ? 1000 : 1;
      assert.deepEqual(
        ['250', '+Inf', '', 'x'].map((le) => durations.edgeOf(le === '' ? {} : { le })),
        [250 / inSeconds, Infinity, undefined, undefined],
      );
      if (WITH_BASELINE.includes(observer)) await tellsBaseline(observer, known);
      // Another namespace's are never ours.
      assert.match(query.selector, /eu[-_]1/);
    });
  }
});

void describe('by how much a counter grew', () => {
  const span = { from: 1000, to: 2000 };
  const series = (...samples: readonly (readonly [at: number, value: number])[]) => ({
    labels: {},
    samples: samples.map(([at, value]) => ({ at, value })),
  });
  const cases = [
    [
      'from the last sample before to the last one within',
      series([400, 5], [900, 10], [1500, 14], [1900, 17], [2100, 99]),
      7,
    ],
    ['a sample at the very beginning belongs to what was before', series([1000, 10], [2000, 11]), 1],
    ['nothing new was scraped', series([900, 10]), 0],
    ['it has begun within', series([1500, 3], [1900, 4]), 4],
    ['it has begun anew within', series([900, 100], [1500, 2], [1900, 5]), 5],
    ['it has begun anew twice', series([900, 100], [1400, 7], [1700, 1], [1900, 2]), 9],
    ['it has vanished within', series([900, 10], [1100, 13]), 3],
    ['there is none', series(), 0],
    ['it begins after', series([2500, 3]), 0],
  ] as const;
  for (const [name, counter, wanted] of cases) {
    void it(name, () => {
      assert.equal(increaseOf(counter, span), wanted);
    });
  }

  void it('of spans that follow each other, each increase counts once', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: -20, max: 20 })), {
      minLength: 1,
      maxLength: 30,
    });
    const borders = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 8 });
    fc.assert(
      fc.property(steps, borders, (walk, cuts) => {
        let [at, value] = [0, 0];
        const samples = walk.map(([wait, change]) => {
          at += wait;
          value = change < -15 ? 0 : value + Math.abs(change);
          return { at, value };
        });
        const ends = [-1, ...cuts.toSorted((a, b) => a - b), 10_000];
        const counter = { labels: {}, samples };
        const pieces = ends.slice(1).map((to, i) => increaseOf(counter, { from: ends[i] ?? 0, to }));
        assert.equal(
          pieces.reduce((a, b) => a + b, 0),
          increaseOf(counter, { from: -1, to: 10_000 }),
        );
      }),
    );
  });
});
