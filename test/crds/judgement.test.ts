import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCanary } from '../../src/crds/canary.js';
import { JUDGEMENT_ANNOTATION } from '../../src/crds/own-settings.js';
import { policyOfCanary } from '../../src/crds/policy.js';
import { describeRefusal } from '../../src/crds/refusal.js';
import { metricsContextOf } from '../../src/metrics/context.js';
import { canaryWith, OPTIONS } from './fixtures.js';

function parsed(text: string | undefined, edits: Readonly<Record<string, unknown>> = {}) {
  const annotations = text === undefined ? {} : { 'metadata.annotations': { [JUDGEMENT_ANNOTATION]: text } };
  return parseCanary(canaryWith({ ...annotations, ...edits }), OPTIONS);
}

function read(text: string | undefined) {
  const found = parsed(text);
  assert.ok(found.ok, found.ok ? '' : describeRefusal(found.refusal));
  return { settings: found.value.judgement, policy: policyOfCanary(found.value).judgement };
}

void describe('the annotation with the judgement', () => {
  void it('without it nothing is judged by statistics', () => {
    assert.deepEqual(read(undefined), { settings: undefined, policy: undefined });
  });

  const PRESETS = [
    ['careful', 'prove', 'prove', 0.01, 0.01, 1.25, 2, 0.001],
    ['balanced', 'guard', 'prove', 0.01, 0.05, 1.25, 2, 0.001],
    ['quick', 'guard', 'guard', 0.02, 0.1, 1.5, 3, 0.005],
  ] as const;
  for (const [preset, steps, promotion, falseRollback, wrongPromotion, tolerated, unacceptable, floor] of PRESETS) {
    void it(`${preset}: its budgets and limits`, () => {
      const { settings, policy } = read(`preset: ${preset}`);
      assert.deepEqual(settings?.rules.budgets, { falseRollback, wrongPromotion });
      const limits = { tolerated, unacceptable, floor, dispersion: 1 };
      assert.deepEqual(settings.rules.metrics, [{ name: 'errors', share: 1, measured: true, limits }]);
      assert.deepEqual([policy?.steps, policy?.promotion], [steps, promotion]);
    });
  }

  void it('in full', () => {
    const { settings, policy } = read(`
preset: quick
errors: { tolerated: 1.1, unacceptable: 1.5, floor: 0.2%, dispersion: 2 }
counts:
  - name: checkouts
    canary: { total: 'checkouts_total{app="{{ target }}"}', bad: 'checkouts_failed_total{app="{{ target }}"}' }
    primary: { total: 'checkouts_total{app="{{ target }}-primary"}', bad: 'checkouts_failed_total{app="{{ target }}-primary"}' }
    floor: 0.01
falseRollback: 0.5%
wrongPromotion: 0.02
steps: prove
promotion: prove
wait: { for: 20m, then: rollback }
shared: { for: 10m }
settle: 10s
tripwire: { share: 80%, requests: 50 }
split: { tolerance: 50% }
`);
    assert.deepEqual(policy?.wait, { seconds: 1200, text: '20m', then: 'rollback' });
    assert.deepEqual(policy.shared, { seconds: 600, text: '10m', then: 'ask' });
    assert.deepEqual([policy.steps, policy.promotion, settings?.settleSeconds], ['prove', 'prove', 10]);
    assert.deepEqual(settings?.rules, {
      budgets: { falseRollback: 0.005, wrongPromotion: 0.02 },
      metrics: [
        { name: 'errors', share: 0.5, limits: { tolerated: 1.1, unacceptable: 1.5, floor: 0.002, dispersion: 2 } },
        {
          name: 'checkouts',
          share: 0.5,
          measured: true,
          limits: { tolerated: 1.5, unacceptable: 3, floor: 0.01, dispersion: 1 },
        },
      ],
      tripwire: { share: 0.8, requests: 50 },
      split: { tolerance: 0.5, budget: 0.001 },
    });
    assert.match(settings.counts[0]?.canary.bad ?? '', /^checkouts_failed_total/);
  });

  void it('latency besides: a floor of its own, and a part of the one budget', () => {
    const { settings } = read('preset: balanced\nlatency: { tolerated: 1.5 }');
    assert.equal(settings?.latency, true);
    const base = { unacceptable: 2, dispersion: 1 };
    assert.deepEqual(settings.rules.metrics, [
      { name: 'errors', share: 0.5, measured: true, limits: { ...base, tolerated: 1.25, floor: 0.001 } },
      { name: 'latency', share: 0.5, limits: { ...base, tolerated: 1.5, floor: 0.01 }, byEdges: true, measured: true },
    ]);
    assert.equal(read('preset: balanced').settings?.latency, false);
  });

  void it('means: a largest value, which direction is bad, and no floor', () => {
    const { settings } = read(`
means:
  - name: basket
    canary: { sum: 'basket_sum{app="{{ target }}"}', count: 'basket_count{app="{{ target }}"}' }
    primary: { sum: 'basket_sum{app="{{ target }}-primary"}', count: 'basket_count{app="{{ target }}-primary"}' }
    atMost: 500
    worse: lower
    tolerated: 1.1
`);
    const [errors, basket] = settings?.rules.metrics ?? [];
    assert.equal(errors?.share, 0.5);
    assert.deepEqual(basket?.mean, { atMost: 500, worse: 'lower' });
    assert.deepEqual([basket.name, basket.limits.tolerated], ['basket', 1.1]);
    assert.equal(settings?.means[0]?.canary.sum, 'basket_sum{app="{{ target }}"}');
  });

  void it('the cluster’s default, where the Canary says nothing and can be judged', () => {
    const by = (text: string | undefined, edits: Readonly<Record<string, unknown>> = {}) => {
      const annotations = text === undefined ? {} : { 'metadata.annotations': { [JUDGEMENT_ANNOTATION]: text } };
      const found = parseCanary(canaryWith({ ...annotations, ...edits }), { ...OPTIONS, defaultJudgement: 'careful' });
      assert.ok(found.ok, found.ok ? '' : describeRefusal(found.refusal));
      return found.value.judgement?.promotion && found.value.judgement.rules.budgets.wrongPromotion;
    };
    assert.equal(by(undefined), 0.01);
    assert.equal(by('preset: balanced'), 0.05);
    assert.equal(by('off'), undefined);
    assert.equal(by(' off\n'), undefined);
    assert.equal(by(undefined, { 'spec.provider': 'kubernetes' }), undefined);
    const blueGreen = { interval: '1m', threshold: 5, iterations: 3 };
    assert.equal(by(undefined, { 'spec.analysis': blueGreen }), undefined);
    const digest = (text: string | undefined) => {
      const found =
        text === undefined ? parseCanary(canaryWith({}), { ...OPTIONS, defaultJudgement: 'careful' }) : parsed(text);
      return found.ok ? found.value.judgement?.digest : undefined;
    };
    assert.equal(digest(undefined), digest('preset: careful'));
  });

  void it('metric by metric in the place of thresholds: those it replaces aren’t checked, the others are', () => {
    const metrics = ['request-success-rate', 'request-duration'].map((name) => ({
      ...{ name, interval: '1m', thresholdRange: { min: 99 } },
    }));
    const checkedWith = (text: string | undefined) => {
      const found = parsed(text, { 'spec.analysis.metrics': metrics });
      assert.ok(found.ok, found.ok ? '' : describeRefusal(found.refusal));
      const settings = { meshProvider: 'apisix', builtinQueries: 'canary-only' } as const;
      return metricsContextOf(found.value, settings).metrics.map(({ name }) => name);
    };
    const both = ['request-success-rate', 'request-duration'];
    assert.deepEqual(checkedWith(undefined), both);
    assert.deepEqual(checkedWith('preset: balanced'), both);
    assert.deepEqual(checkedWith('errors: { replaces: request-success-rate }'), ['request-duration']);
    assert.deepEqual(
      checkedWith('errors: { replaces: request-success-rate }\nlatency: { replaces: request-duration }'),
      [],
    );
    const wrong = parsed('latency: { replaces: latency }', { 'spec.analysis.metrics': metrics });
    assert.ok(!wrong.ok);
    assert.match(
      describeRefusal(wrong.refusal),
      /\.latency\.replaces: "latency" is not valid, name a metric of spec\.analysis\.metrics: it has request-success-rate, request-duration/,
    );
  });

  void it('φ is measured where nobody says it', () => {
    const measured = (text: string) => read(text).settings?.measured;
    assert.deepEqual(measured('latency: {}'), ['errors', 'latency']);
    assert.deepEqual(measured('errors: { dispersion: 1 }\nlatency: { dispersion: measured }'), ['latency']);
  });

  void it('another text is another policy', () => {
    assert.notEqual(read('preset: quick').policy?.digest, read('preset: careful').policy?.digest);
  });

  const pair = "{ total: 'a_total', bad: 'b_total' }";
  const WRONG: readonly (readonly [name: string, text: string, message: RegExp])[] = [
    ['no YAML', 'preset: [', /judgement"\]: .+ can't be read as YAML/],
    ['a list', '- preset: quick', /write YAML fields/],
    [
      'no such preset',
      'preset: fast',
      /judgement"\]\.preset: "fast" is not valid, use one of careful, balanced, quick/,
    ],
    ['no such field', 'wieght: 3', /there is no such field, only preset, errors, latency, counts, means/],
    ['a share above 1', 'falseRollback: 5', /\.falseRollback: 5 is not valid, use a share above 0 and below 1/],
    ['a share of 0', 'errors: { floor: 0% }', /\.errors\.floor: "0%" is not valid/],
    ['a ratio below 1', 'errors: { tolerated: 0.5 }', /\.errors\.tolerated: 0\.5 is not valid/],
    [
      'limits the wrong way round',
      'errors: { tolerated: 3 }',
      /\.errors\.unacceptable: 2 is not valid, use more than the 3/,
    ],
    [
      'no dispersion',
      'errors: { dispersion: much }',
      /\.errors\.dispersion: "much" is not valid, use measured, or a number from 1 to 100/,
    ],
    ['no duration', 'wait: { for: soon }', /\.wait\.for: "soon" is not valid/],
    [
      'no such answer',
      'wait: { then: cry }',
      /\.wait\.then: "cry" is not valid, use one of hold, ask, advance, rollback/,
    ],
    [
      'a function',
      `counts: [{ name: x, canary: { total: 'sum(a_total)', bad: 'b_total' }, primary: ${pair} }]`,
      /\.counts\[0\]\.canary\.total: .+ use a PromQL selector of counters/,
    ],
    [
      'a range',
      `counts: [{ name: x, canary: { total: 'a_total[5m]', bad: 'b_total' }, primary: ${pair} }]`,
      /\.counts\[0\]\.canary\.total: .+ use a PromQL selector of counters/,
    ],
    ['latency’s limits the wrong way round', 'latency: { tolerated: 3 }', /\.latency\.unacceptable: 2 is not valid/],
    ['latency’s name', `counts: [{ name: latency, canary: ${pair}, primary: ${pair} }]`, /\.counts\[0\]\.name/],
    [
      'a mean without a largest value',
      'means: [{ name: x, canary: { sum: a, count: b }, primary: { sum: a, count: b } }]',
      /\.means\[0\]\.atMost: .*use the largest value that there can be, above 0/,
    ],
    [
      'a mean’s limits the wrong way round',
      'means: [{ name: x, atMost: 1, tolerated: 3, canary: { sum: a, count: b }, primary: { sum: a, count: b } }]',
      /\.means\[0\]\.unacceptable: 2 is not valid/,
    ],
    [
      'a mean’s name that is taken',
      `counts: [{ name: x, canary: ${pair}, primary: ${pair} }]
means: [{ name: x, atMost: 1, canary: { sum: a, count: b }, primary: { sum: a, count: b } }]`,
      /\.means\[0\]\.name/,
    ],
    ['a name that is taken', `counts: [{ name: errors, canary: ${pair}, primary: ${pair} }]`, /\.counts\[0\]\.name/],
  ];
  for (const [name, text, message] of WRONG) {
    void it(`refused: ${name}`, () => {
      const found = parsed(text);
      assert.ok(!found.ok);
      assert.match(describeRefusal(found.refusal), message);
      assert.match(found.refusal.field, /^metadata\.annotations\["serinus\.dev\/judgement"\]/);
    });
  }

  void it('refused where there is nothing to compare', () => {
    for (const edits of [{ 'spec.provider': 'kubernetes' }]) {
      const found = parsed('preset: quick', edits);
      assert.ok(!found.ok);
      assert.match(describeRefusal(found.refusal), /nothing to compare|both versions serve/);
    }
  });

  void it('a fresh baseline: where three versions can be routed', () => {
    assert.equal(read('preset: balanced').policy?.baseline, undefined);
    const { settings, policy } = read('baseline: fresh');
    assert.deepEqual([settings?.baseline, policy?.baseline], [true, true]);
  });

  const BASELINE_FIELD = `metadata.annotations["${JUDGEMENT_ANNOTATION}"]`;
  const OWN_COUNT = `counts: [{ name: checkouts, canary: { total: a, bad: b }, primary: { total: c, bad: d } }]`;
  const NO_BASELINE: readonly (readonly [string, string, Readonly<Record<string, unknown>>, string, RegExp])[] = [
    ...['nginx', 'skipper', 'contour'].map(
      (provider) =>
        [
          provider,
          'baseline: fresh',
          {
            'spec.provider': provider,
            'spec.ingressRef': { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'i' },
          },
          'baseline',
          new RegExp(
            `^the ${provider} provider divides requests between two versions only: .*use one of apisix, gatewayapi:v1, gatewayapi:v1beta1, istio, traefik$`,
          ),
        ] as const,
    ),
    [
      'an HTTPRoute of the users’ own',
      'baseline: fresh',
      {
        'spec.provider': 'gatewayapi:v1',
        'spec.routeRef': { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', name: 'r' },
      },
      'baseline',
      /^an HTTPRoute of your own has no room for a third version: .*spec\.routeRef$/,
    ],
    [
      'a DaemonSet',
      'baseline: fresh',
      {
        'spec.targetRef': { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'podinfo' },
        'spec.autoscalerRef': undefined,
      },
      'baseline',
      /^a DaemonSet has no fresh baseline, only a Deployment has/,
    ],
    [
      'kept sessions',
      'baseline: fresh',
      { 'spec.analysis.sessionAffinity': { cookieName: 'c' } },
      'baseline',
      /spec\.analysis\.sessionAffinity$/,
    ],
    [
      'a weight above 50',
      'baseline: fresh',
      { 'spec.analysis.maxWeight': 60 },
      'baseline',
      /up to 60 %.*end at 50 or less/,
    ],
    ['another word', 'baseline: old', {}, 'baseline', /^use fresh/],
    [
      'counters without the baseline’s',
      `baseline: fresh\n${OWN_COUNT}`,
      {},
      'counts[0].baseline',
      /^it is required with baseline: fresh/,
    ],
    [
      'counters of a baseline that there isn’t',
      OWN_COUNT.replace('primary:', 'baseline: { total: e, bad: f }, primary:'),
      {},
      'counts[0].baseline',
      /^there is no baseline to count: .*set baseline: fresh$/,
    ],
  ];
  for (const [name, text, edits, field, remedy] of NO_BASELINE) {
    void it(`a fresh baseline is refused by name: ${name}`, () => {
      const found = parsed(text, edits);
      assert.ok(!found.ok, 'it is accepted');
      assert.equal(found.refusal.field, `${BASELINE_FIELD}.${field}`);
      assert.match(found.refusal.remedy, remedy);
    });
  }
});
