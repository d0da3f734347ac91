import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineOf } from '../../src/api/releases/record-line.js';

const at = Date.parse('2026-01-02T03:04:05.678Z');
const time = '2026-01-02T03:04:05.678Z';

test('an entry is reported as it was kept, with its time as a text', () => {
  const entry = { at, what: 'analysis', weight: 20, ok: false, hooks: [], metrics: [{ metric: 'errors', ok: false }] };
  assert.deepEqual(lineOf(entry), { ...entry, at: time });
});

test('a number that JSON could not write is missing', () => {
  const metrics = [{ metric: 'ratio', ok: false, value: null, max: 1 }];
  const line = lineOf({ at, what: 'analysis', weight: 20, ok: false, hooks: [], metrics } as {
    at: number;
    what: string;
  });
  assert.deepEqual(line.what === 'analysis' && line.metrics, [{ metric: 'ratio', ok: false, max: 1 }]);
});

test('what another version has written is returned whole, and as unknown', () => {
  const strange = { at, what: 'teleport', to: 'mars' };
  assert.deepEqual(lineOf(strange), { at: time, what: 'unknown', kind: 'teleport', fields: { to: 'mars' } });
  const broken = { at, what: 'phase', phase: 7 };
  assert.deepEqual(lineOf(broken), { at: time, what: 'unknown', kind: 'phase', fields: { phase: 7 } });
});
