import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CanaryDetail } from '../../src/api/schema/canary.js';
import { describe as describeCanary } from '../../src/cli/commands/describe.js';
import { coloured, colourOf, table } from '../../src/cli/client/output.js';
import { readLine } from '../../src/api/schema/record.js';
import { sentReleaseSchema } from '../../src/cli/client/sent.js';
import { analysisLines, recordLine } from '../../src/cli/client/record.js';

describe('a table', () => {
  test('has each column under its head, and no space at the end of a line', () => {
    const cell = fc.stringMatching(/^[a-z0-9:.]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }), (rows) => {
        const lines = table(rows);
        const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
        const starts = [0, (widths[0] ?? 0) + 3, (widths[0] ?? 0) + (widths[1] ?? 0) + 6];
        rows.forEach((row, i) => {
          row.forEach((text, column) => assert.ok(lines[i]?.slice(starts[column]).startsWith(text)));
        });
        for (const line of lines) assert.equal(line, line.trimEnd());
      }),
    );
  });
});

describe('colours', () => {
  const terminal = Object.assign(Object.create(process.stdout) as typeof process.stdout, { isTTY: true });

  test('are for terminals, unless somebody wants none', (t) => {
    const before = process.env['NO_COLOR'];
    t.after(() => {
      if (before === undefined) delete process.env['NO_COLOR'];
      else process.env['NO_COLOR'] = before;
    });
    delete process.env['NO_COLOR'];
    assert.equal(coloured('red', 'Failed', terminal), '\u001b[31mFailed\u001b[39m');
    assert.equal(
      coloured('red', 'Failed', Object.assign(Object.create(terminal) as typeof terminal, { isTTY: false })),
      'Failed',
    );
    process.env['NO_COLOR'] = '1';
    assert.equal(coloured('red', 'Failed', terminal), 'Failed');
    assert.deepEqual(['Failed', 'promoted', 'Progressing', 'podinfo'].map(colourOf), [
      'red',
      'green',
      'blue',
      undefined,
    ]);
  });
});

describe('a record', () => {
  const at = '2026-01-02T03:04:05.678Z';

  test('is shown by its events and orders', () => {
    const cases = [
      [{ at, what: 'event', type: 'Normal', message: 'Advance' }, '03:04:05  Advance'],
      [{ at, what: 'event', type: 'Warning', message: 'Halt' }, '03:04:05  Warning: Halt'],
      [
        { at, what: 'order', order: 'pause', by: 'eve', reason: 'tea', channel: 'cli' },
        '03:04:05  eve ordered pause: tea',
      ],
      [
        { at, what: 'order', order: 'resume', by: 'eve', reason: '', channel: 'cli', refused: 'no' },
        '03:04:05  eve ordered resume (refused: no)',
      ],
      [{ at, what: 'weight', canary: 10 }, undefined],
      [{ at, what: 'something new', of: 'a newer server' }, undefined],
    ] as const;
    for (const [entry, expected] of cases) assert.equal(recordLine(readLine(entry)), expected);
  });

  test('shows an analysis check by check', () => {
    const metrics = [
      { metric: 'success', ok: true, value: 99.5, min: 99 },
      { metric: 'latency', ok: false, value: 700, min: 0, max: 500 },
      { metric: 'errors', ok: false, max: 1 },
    ];
    const hooks = [{ hook: 'load', ok: false, error: 'timeout' }];
    const analysis = { at, what: 'analysis', weight: 20, ok: false, hooks, metrics };
    assert.deepEqual(analysisLines(readLine(analysis)), [
      'at weight 20: failed',
      'CHECK          VALUE     RANGE      VERDICT',
      'webhook load   timeout              failed',
      'success        99.5      >= 99      passed',
      'latency        700       0 to 500   failed',
      'errors         -         <= 1       failed',
    ]);
    assert.deepEqual(analysisLines(readLine({ at, what: 'analysis' })), []);
    const arms = { canary: { requests: 900, bad: 9 }, primary: { requests: 8100, bad: 44 } };
    const errors = { metric: 'errors', verdict: 'WAIT', ratio: 1.8, lower: 1.2, upper: 2.9, ...arms };
    const judged = { verdict: 'WAIT', heard: true, windows: 3, says: 'errors: little so far' };
    const progress = { towardsFail: 0.4, towardsPass: 0 };
    const entry = { ...analysis, ok: true, hooks: [], metrics: [] };
    const evident = { ...entry, judged: { ...judged, metrics: [{ ...errors, ...progress }] } };
    assert.deepEqual(analysisLines(readLine(evident)).slice(2), [
      '',
      'not enough yet after 3 windows: errors: little so far',
      'EVIDENCE   TIMES THE PRIMARY’S   REQUESTS   TOWARDS ROLLBACK   TOWARDS PROOF',
      'errors     1.8× (1.2 to 2.9)     900        ████░░░░░░ 40 %    ░░░░░░░░░░ 0 %',
    ]);
  });
});

test('a Canary is described with all that is known of what is under way', () => {
  const canary: CanaryDetail = {
    cluster: 'default',
    namespace: 'test',
    name: 'podinfo',
    phase: 'WaitingPromotion',
    standing: 'waiting',
    canaryWeight: 50,
    failedChecks: 1,
    target: { kind: 'Deployment', name: 'podinfo' },
    provider: 'apisix',
    revision: 'v2',
    promotedRevision: 'v1',
    suspended: false,
    message: 'Waiting for approval.',
    releaseUnderWay: true,
    conditions: [{ type: 'Promoted', status: 'Unknown', reason: 'WaitingPromotion', message: 'Waiting for approval.' }],
    images: { target: { app: 'podinfo:2', side: 'x:1' }, primary: { app: 'podinfo:1', side: 'x:1' } },
    release: {
      id: 'test.podinfo.1',
      phase: 'WaitingPromotion',
      weight: 50,
      waitsFor: 'gate confirm-promotion: closed by boss, ask again',
      gate: {
        ...{ gate: 'confirm-promotion', hook: 'boss', since: 'then' },
        ...{ needed: 1, given: [], groups: [], notByTrigger: false },
      },
      steering: [
        { order: 'approve', effect: 'Opens the gate', href: '/x', command: 'serinus approve podinfo -n test' },
      ],
    },
  };
  const lines = describeCanary(canary);
  for (const expected of [
    'Phase:          WaitingPromotion',
    '  app: podinfo:2 (primary: podinfo:1)',
    '  side: x:1',
    '  Promoted Unknown: Waiting for approval.',
    '  Gate:           confirm-promotion, closed by boss since then',
    '    serinus approve podinfo -n test',
    '        Opens the gate',
  ]) {
    assert.ok(lines.includes(expected), `${expected}\n--\n${lines.join('\n')}`);
  }
  assert.ok(describeCanary({ ...canary, release: null }).includes('  none'));
  const blind = describeCanary({ ...canary, release: { unavailable: 'no worker' } });
  assert.ok(blind.includes('  Unknown:        no worker'));
});

test('an answer of a newer server is read, although it contains something that this version does not know', () => {
  const at = '2026-01-02T03:04:05.678Z';
  const release = {
    ...{ id: 'test.podinfo.1', phase: 'Succeeded', weight: 0, triggeredBy: 'ci', run: 'completed', startedAt: at },
    ...{ canary: { namespace: 'test', name: 'podinfo' }, ended: true, recordDropped: 0 },
    record: [
      { at, what: 'phase', phase: 'Succeeded' },
      { at, what: 'teleport', to: 'mars' },
    ],
  };
  assert.deepEqual(
    sentReleaseSchema.parse(release).record.map(({ what }) => what),
    ['phase', 'unknown'],
  );
});
