import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { APPROVALS_ANNOTATION } from '../../src/crds/approvals.js';
import { readYaml, YamlProblem } from '../../src/crds/bounded/yaml.js';
import { parseCanary, refusalsOf } from '../../src/crds/canary.js';
import { parseGoDuration } from '../../src/crds/duration.js';
import { parseMetricTemplate } from '../../src/crds/metric-template.js';
import { costOf } from '../harness/cost.js';
import { canaryWith, OPTIONS } from './fixtures.js';

const BOUNDS = { characters: 16_384, tokens: 6_000, depth: 8 };
/** A tenth of what one text may cost everybody else, on a machine with nothing else to do. */
const QUICK_MS = 1_000;

function annotated(text: string): object {
  return canaryWith({ 'metadata.annotations': { [APPROVALS_ANNOTATION]: text } });
}

describe('a YAML text of whoever it may be', () => {
  test('36,000 short keys are refused by name, and cost next to nothing', () => {
    const text = Array.from({ length: 36_000 }, (_, key) => `${key.toString(36)}: 0\n`).join('');
    assert.ok(text.length > 250_000);
    const took = costOf(() => {
      const parsed = parseCanary(annotated(text), OPTIONS);
      assert.ok(!parsed.ok);
      assert.equal(parsed.refusal.field, `metadata.annotations["${APPROVALS_ANNOTATION}"]`);
      assert.match(parsed.refusal.remedy, /it has \d+ characters, more than the 16384 that are read/);
      assert.ok(parsed.refusal.value.length <= 80);
      assert.equal(refusalsOf(annotated(text), OPTIONS).length, 1);
    });
    assert.ok(took < 200, `${took} ms`);
  });

  test('whatever signs it repeats, up to the bounds', () => {
    const signs = ['[', '{', '- ', 'a: ', '? ', '&a ', '*a ', '"', "'", '|\n', '>\n', '#\n', '%\n', '---\n', ': ', ','];
    const more = [
      '\n',
      'a\n',
      '- a\n',
      '[a,',
      '{a: ',
      '!!a ',
      '<<: ',
      '\t',
      '\\',
      '"\\n',
      'a #\n',
      '&a [',
      '[]\n',
      '😀',
    ];
    for (const sign of [...signs, ...more]) {
      const text = sign.repeat(Math.floor(BOUNDS.characters / sign.length));
      const took = costOf(() => {
        try {
          readYaml(text, BOUNDS);
        } catch (error) {
          assert.ok(error instanceof YamlProblem, String(error));
        }
      });
      assert.ok(took < QUICK_MS, `${JSON.stringify(sign)}: ${took} ms`);
    }
  });

  test('is read, or refused in one line, whatever it is', () => {
    const piece = fc.constantFrom(
      'a',
      'b: ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&x ',
      '*x',
      '"',
      "'",
      '|',
      '#',
      '? ',
      '!!set ',
      '<<: ',
      '---\n',
      '0x1',
      '~',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
          fc.string(),
        ),
        (text) => {
          try {
            readYaml(text, BOUNDS);
          } catch (error) {
            assert.ok(error instanceof YamlProblem, `${JSON.stringify(text)}: ${String(error)}`);
            assert.doesNotMatch(error.message, /\n/);
          }
        },
      ),
      { numRuns: 2_000, seed: 1 },
    );
  });

  test('says the same as it did where it is well meant', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        assert.deepEqual(readYaml(stringify(value), BOUNDS), JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  test('depth, circles, bombs, doubled keys and second documents are reported', () => {
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1]',
      ...'bcdefgh'.split('').map((name, at) => {
        const before = String.fromCharCode('a'.charCodeAt(0) + at);
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n');
    const rows: readonly (readonly [string, RegExp])[] = [
      ['['.repeat(5_000), /more than 8 deep/],
      ['- '.repeat(2_000), /more than 8 deep/],
      [
        'a:\n'.repeat(1) + Array.from({ length: 40 }, (_, at) => `${' '.repeat(at + 1)}b:\n`).join(''),
        /more than 8 deep/,
      ],
      ['a: &a {b: *a}', /more than 8 deep|alias/i],
      [bomb, /alias/i],
      ['a: 1\nb: 2\na: 3', /the key "a" is there twice/],
      ['- {x: 1, x: 2}', /the key "x" is there twice/],
      ['a: 1\n---\nb: 2', /several documents/],
      [`${'*a '.repeat(101)}`, /more than 100 anchors and aliases/],
    ];
    for (const [text, problem] of rows) {
      assert.throws(
        () => readYaml(text, BOUNDS),
        (error) => error instanceof YamlProblem && problem.test(error.message),
        text.slice(0, 40),
      );
    }
    assert.deepEqual(readYaml('a: &x {b: 1}\nc: *x', BOUNDS), { a: { b: 1 }, c: { b: 1 } });
  });
});

describe('a spec that is too much is refused by field and value before it is read', () => {
  const hooks = (count: number): object[] =>
    Array.from({ length: count }, (_, at) => ({ name: `hook-${at}`, url: 'http://checker.test/' }));
  const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
  const rows: readonly (readonly [string, Record<string, unknown>, field: string, value: RegExp, remedy: RegExp])[] = [
    ['10,000 webhooks', { 'spec.analysis.webhooks': hooks(10_000) }, 'spec', /KiB/, /at most 128 KiB/],
    ['101 webhooks', { 'spec.analysis.webhooks': hooks(101) }, 'spec.analysis.webhooks', /101 entries/, /at most 100/],
    [
      '10,000 weights',
      { 'spec.analysis.stepWeights': Array.from({ length: 10_000 }, (_, at) => at) },
      'spec.analysis.stepWeights',
      /10000 entries/,
      /at most 100/,
    ],
    [
      '10,000 conditions',
      { 'spec.service.match': Array.from({ length: 10_000 }, () => ({})) },
      'spec.service.match',
      /10000 entries/,
      /at most 100/,
    ],
    ['deep nesting', { 'spec.service.whatever': deep(5_000) }, 'spec', /an object/, /at most 32 lists and objects/],
    ['a long text', { 'spec.analysis.metrics[0].query': 'x'.repeat(300_000) }, 'spec', /KiB/, /128 KiB/],
  ];
  for (const [name, edits, field, value, remedy] of rows) {
    test(name, () => {
      const canary = canaryWith(edits);
      const took = costOf(() => {
        const parsed = parseCanary(canary, OPTIONS);
        assert.ok(!parsed.ok);
        assert.equal(parsed.refusal.field, field);
        assert.match(parsed.refusal.value, value);
        assert.match(parsed.refusal.remedy, remedy);
        assert.deepEqual(
          refusalsOf(canary, OPTIONS).map((one) => one.field),
          [field],
        );
      });
      assert.ok(took < QUICK_MS, `${took} ms`);
    });
  }

  test('100 of each are fine', () => {
    const parsed = parseCanary(canaryWith({ 'spec.analysis.webhooks': hooks(100) }), OPTIONS);
    assert.ok(parsed.ok);
  });

  test('durations, on which a regular expression could spend hours', () => {
    for (const text of ['1'.repeat(200_000), `${'1'.repeat(200_000)}x`, '1h'.repeat(100_000), '1.'.repeat(100_000)]) {
      assert.ok(costOf(() => assert.equal(parseGoDuration(text), undefined)) < 100);
    }
    const parsed = parseCanary(canaryWith({ 'spec.analysis.interval': `1m${'1'.repeat(100_000)}` }), OPTIONS);
    assert.ok(!parsed.ok && parsed.refusal.field === 'spec.analysis.interval' && parsed.refusal.value.length <= 80);
  });
});

describe('names that no object can have are refused by field and value', () => {
  const HOSTILE = [
    '../secrets',
    '..',
    '.',
    'a/b',
    'a%2fb',
    'a?watch=true',
    'a#b',
    'A',
    'a b',
    'a\n',
    '-a',
    'a-',
    'a..b',
    'ä',
    'x'.repeat(254),
  ];
  const FIELDS: readonly (readonly [string, Record<string, unknown>])[] = [
    ['spec.targetRef.name', {}],
    ['spec.routeRef.name', {}],
    [
      'spec.autoscalerRef.name',
      { 'spec.autoscalerRef': { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'a' } },
    ],
    ['spec.ingressRef.name', { 'spec.ingressRef': { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'a' } }],
    ['spec.upstreamRef.name', { 'spec.upstreamRef': { apiVersion: 'gloo.solo.io/v1', kind: 'Upstream', name: 'a' } }],
    [
      'spec.upstreamRef.namespace',
      { 'spec.upstreamRef': { apiVersion: 'gloo.solo.io/v1', kind: 'Upstream', name: 'a' } },
    ],
    [
      'spec.analysis.metrics[0].templateRef.name',
      { 'spec.analysis.metrics': [{ name: 'a', templateRef: { name: 'a' } }] },
    ],
    [
      'spec.analysis.metrics[0].templateRef.namespace',
      { 'spec.analysis.metrics': [{ name: 'a', templateRef: { name: 'a' } }] },
    ],
    [
      'spec.analysis.alerts[0].providerRef.name',
      { 'spec.analysis.alerts': [{ name: 'a', providerRef: { name: 'a' } }] },
    ],
    [
      'spec.analysis.alerts[0].providerRef.namespace',
      { 'spec.analysis.alerts': [{ name: 'a', providerRef: { name: 'a' } }] },
    ],
    ['spec.service.name', {}],
  ];
  for (const [field, edits] of FIELDS) {
    test(field, () => {
      for (const name of HOSTILE) assertRefused(canaryWith({ ...edits, [field]: name }), field, name);
    });
  }

  test('API versions', () => {
    const autoscaler = { kind: 'HorizontalPodAutoscaler', name: 'a' };
    for (const apiVersion of [
      '../../api/v1/secrets?',
      'v1/secrets#',
      '/v1',
      'a/b/v1',
      'autoscaling/v2/namespaces/x/secrets',
      'autoscaling/2',
      'a b/v1',
      'v1\n',
    ]) {
      const field = 'spec.autoscalerRef.apiVersion';
      assertRefused(canaryWith({ 'spec.autoscalerRef': { ...autoscaler, apiVersion } }), field, apiVersion);
      assertRefused(canaryWith({ 'spec.targetRef.apiVersion': apiVersion }), 'spec.targetRef.apiVersion', apiVersion);
      assertRefused(canaryWith({ 'spec.routeRef.apiVersion': apiVersion }), 'spec.routeRef.apiVersion', apiVersion);
    }
  });

  test('the Secret of a MetricTemplate', () => {
    const template = (name: string): object => ({
      apiVersion: 'flagger.app/v1beta1',
      kind: 'MetricTemplate',
      metadata: { name: 'a', namespace: 'test' },
      spec: { provider: { type: 'prometheus', address: 'http://p', secretRef: { name } }, query: 'up' },
    });
    for (const name of HOSTILE) {
      const parsed = parseMetricTemplate(template(name));
      assert.ok(!parsed.ok && parsed.refusal.field === 'spec.provider.secretRef.name', name);
    }
    assert.ok(parseMetricTemplate(template('my.secret-1')).ok);
  });

  function assertRefused(canary: object, field: string, value: string): void {
    const parsed = parseCanary(canary, OPTIONS);
    assert.ok(!parsed.ok, `${field}: ${value} is taken`);
    assert.equal(parsed.refusal.field, field, value);
    assert.ok(parsed.refusal.value.startsWith(JSON.stringify(value).slice(0, 70)), parsed.refusal.value);
    assert.ok(/use (the|a name of|at most \d+|lower case)/.test(parsed.refusal.remedy), parsed.refusal.remedy);
  }
});
