import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EXAMPLE } from '../src/check/example.js';
import { lineOf } from '../src/check/line-of.js';
import { en } from '../src/i18n/en.js';
import type { Line, Release } from '../src/api/types.js';
import { imageDifferences } from '../src/release/difference.js';
import { compared } from '../src/releases/comparison.js';
import { figuresOf } from '../src/releases/figures.js';
import { parametersOf, wantedOf } from '../src/releases/query.js';

describe('the line of a field', () => {
  const text = (line: number | undefined, of = EXAMPLE): string | undefined => of.split('\n')[(line ?? 0) - 1]?.trim();

  test('is found by the path, not by the first such word', () => {
    assert.equal(text(lineOf(EXAMPLE, 'spec.analysis.interval')), 'interval: 1m');
    assert.equal(text(lineOf(EXAMPLE, 'spec.analysis.metrics[0].interval')), 'interval: 1m');
    assert.notEqual(lineOf(EXAMPLE, 'spec.analysis.interval'), lineOf(EXAMPLE, 'spec.analysis.metrics[0].interval'));
    assert.equal(text(lineOf(EXAMPLE, 'spec.targetRef.name')), 'name: podinfo');
  });

  test('is that of the part which is there, where the field is not', () => {
    assert.equal(text(lineOf(EXAMPLE, 'spec.analysis.nothing')), 'analysis:');
    assert.equal(lineOf(EXAMPLE, 'nothing.at.all'), undefined);
    assert.equal(lineOf('', 'spec'), undefined);
  });

  test('counts items of lists, however they are indented', () => {
    const list = 'spec:\n  hooks:\n  - name: one\n    url: a\n  - name: two\n    url: b\n  other: 1\n';
    assert.equal(text(lineOf(list, 'spec.hooks[1].url'), list), 'url: b');
    assert.equal(text(lineOf(list, 'spec.hooks[0].name'), list), '- name: one');
    assert.equal(text(lineOf(list, 'spec.hooks[1].name'), list), '- name: two');
  });
});

test('days are looked at as a whole, and empty fields are left out', () => {
  const wanted = wantedOf(new URLSearchParams('name=shop&since=2026-01-01&until=2026-01-01&unknown=1'));
  const parameters = parametersOf(wanted);
  assert.deepEqual([...parameters.keys()], ['name', 'since', 'until']);
  const span = Date.parse(parameters.get('until') ?? '') - Date.parse(parameters.get('since') ?? '');
  assert.equal(span, 86_400_000 - 1);
});

test('figures that are not known are a dash', () => {
  const answer = {
    deploymentFrequency: { deployments: 3, perDay: 0.1 },
    changeFailureRate: { changes: 4, failed: 1, percent: 25 },
    timeToRestore: { count: 0 },
    leadTime: { count: 2, medianSeconds: 5400 },
  };
  const { dora } = en.releases;
  assert.deepEqual(
    figuresOf(answer, dora, 'en').map(({ value }) => value),
    ['3 in 30 days', '1h 30m', '25%', '–'],
  );
  const often = { ...answer, deploymentFrequency: { deployments: 70, perDay: 2.333 } };
  assert.equal(figuresOf(often, dora, 'en')[0]?.value, '2.3 a day');
});

test('two attempts are told fact by fact, also what only one of them had', () => {
  const base: Release = {
    id: 'a',
    canary: { namespace: 'test', name: 'shop' },
    phase: 'Succeeded',
    weight: 0,
    triggeredBy: 'ci',
    run: 'completed',
    outcome: 'promoted',
    startedAt: '2026-01-01T12:00:00Z',
    endedAt: '2026-01-01T12:01:00Z',
    ended: true,
    record: [],
    recordDropped: 0,
  };
  const metric = { metric: 'request-duration', ok: false, value: 900, max: 500 };
  const line: Line = {
    at: '2026-01-01T12:00:30Z',
    what: 'analysis',
    weight: 25,
    ok: false,
    hooks: [],
    metrics: [metric],
  };
  const other: Release = {
    ...base,
    outcome: 'rolled-back',
    record: [line, { ...line, metrics: [{ ...metric, value: 600 }] }],
  };
  const lines = new Map(compared(base, other, en, 'en').map(({ what, ...rest }) => [what, rest]));
  assert.deepEqual(lines.get(en.compare.outcome), { a: 'Promoted', b: 'Rolled back', differs: true });
  assert.deepEqual(lines.get(en.compare.by), { a: 'ci', b: 'ci', differs: false });
  assert.deepEqual(lines.get(en.compare.failedChecks), { a: '0', b: '2', differs: true });
  assert.deepEqual(lines.get(en.compare.worst('request-duration')), { a: '–', b: '900 ms', differs: false });
  assert.deepEqual(lines.get(en.compare.last('request-duration')), { a: '–', b: '600 ms', differs: false });
});

test('images that change are told by their names, with what they were', () => {
  const before = ['registry.example:5000/shop:1', 'side/car@sha256:aa', 'same:1'];
  const after = ['registry.example:5000/shop:2', 'side/car@sha256:bb', 'same:1', 'new'];
  assert.deepEqual(imageDifferences(before, after), [
    { path: 'registry.example:5000/shop', a: 'registry.example:5000/shop:1', b: 'registry.example:5000/shop:2' },
    { path: 'side/car', a: 'side/car@sha256:aa', b: 'side/car@sha256:bb' },
    { path: 'new', b: 'new' },
  ]);
});
