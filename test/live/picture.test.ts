import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { Live } from '../../src/api/schema/live.js';
import { eventsOf } from '../../src/client/events.js';
import { Lines } from '../../src/cli/client/live/lines.js';
import { picture } from '../../src/cli/client/live/render.js';
import { Screen } from '../../src/cli/client/live/screen.js';
import { spanText } from '../../src/cli/client/live/text.js';
import { cut, lengthOf } from '../../src/cli/client/live/width.js';

process.env['TZ'] = 'UTC';
const NOW = Date.parse('2026-01-02T10:00:03Z');
const RUN = 'test.podinfo.11111111-1111-4111-8111-111111111111';

const live: Live = {
  canary: { namespace: 'test', name: 'podinfo' },
  cluster: 'prod',
  at: '2026-01-02T10:00:03.000Z',
  phase: 'Progressing',
  strategy: { kind: 'canary', steps: [10, 20, 30], intervalSeconds: 10, threshold: 10 },
  weight: {
    wanted: 20,
    seen: { percent: 19.3, requests: 412, windowSeconds: 30, at: '2026-01-02T10:00:00.000Z' },
  },
  why: 'weight 20 holds: success rate 98.20% < 99% (3 of 10 failed checks)',
  next: { what: 'next check: weight 30 if it passes', at: '2026-01-02T10:00:10.000Z' },
  standing: 'progressing',
  attention: 'halted: 3 failed checks',
  tree: [
    {
      ...{ kind: 'Canary', name: 'podinfo', health: 'busy', status: 'Progressing' },
      children: [
        {
          ...{ kind: 'Revision', name: 'v1', health: 'good', status: 'stable, 80% of requests' },
          children: [
            {
              ...{ kind: 'Deployment', name: 'podinfo-primary', health: 'good', status: '1 of 1 available' },
              detail: 'podinfo:6.0.0',
              children: [{ kind: 'Pod', name: 'p-1', health: 'good', status: 'ready', children: [] }],
            },
          ],
        },
        {
          ...{ kind: 'Revision', name: 'v2', health: 'busy', status: 'canary, 20% of requests' },
          children: [
            {
              ...{ kind: 'Deployment', name: 'podinfo', health: 'busy', status: '0 of 1 available' },
              children: [
                {
                  kind: 'Pod',
                  name: 'c-1',
                  health: 'bad',
                  status: 'CrashLoopBackOff',
                  detail: '2 restarts',
                  children: [],
                },
              ],
            },
          ],
        },
      ],
    },
  ],
  gates: [
    { gate: 'confirm-promotion', status: 'ahead', hooks: ['gate'] },
    {
      ...{ gate: 'promotion', status: 'closed', hooks: [], policy: 'promotion', needed: 2, groups: ['ops'] },
      ...{ since: '2026-01-02T10:00:00.000Z', notByTrigger: false },
      given: [{ by: 'bob', at: '2026-01-02T10:00:01.000Z', reason: '', channel: 'cli' }],
    },
  ],
  links: { temporal: 'http://ui/run' },
  release: {
    ...{
      id: RUN,
      phase: 'Progressing',
      weight: 20,
      triggeredBy: 'ana',
      run: 'running',
      startedAt: '2026-01-02T09:59:00Z',
    },
    canary: { namespace: 'test', name: 'podinfo' },
    cause: { kind: 'order', by: 'ana', reason: 'faster checkout' },
    versions: { from: '6.0.0', to: '6.0.1' },
    ended: false,
    record: [
      {
        at: '2026-01-02T10:00:00.000Z',
        what: 'event',
        type: 'Normal',
        message: 'Advance podinfo.test canary weight 20',
      },
    ],
    recordDropped: 0,
    lastAnalysis: {
      ...{ at: '2026-01-02T10:00:00.000Z', what: 'analysis', weight: 20, ok: false },
      hooks: [],
      metrics: [{ metric: 'request-success-rate', ok: false, value: 98.2, min: 99 }],
    },
    steering: [{ order: 'pause', effect: 'Holds.', href: '/x', command: 'serinus pause' }],
  },
};

const WIDE = `podinfo.test  6.0.0 → 6.0.1  Progressing  (cluster prod)
Started by: ana: faster checkout (09:59:00, for 1 min 3 s)
Weight:     target 20%, measured 19.3% of 412 requests in 30 s
Steps:      10 [20] 30
Status:     weight 20 holds: success rate 98.20% < 99% (3 of 10 failed checks)
Next:       next check: weight 30 if it passes, in 7 s
Attention:  halted: 3 failed checks

◌ Canary podinfo  Progressing
├─ ✔ Revision v1  stable, 80% of requests
│  └─ ✔ Deployment podinfo-primary  1 of 1 available  podinfo:6.0.0
│     └─ ✔ Pod p-1  ready
└─ ◌ Revision v2  canary, 20% of requests
   └─ ◌ Deployment podinfo  0 of 1 available
      └─ ✖ Pod c-1  CrashLoopBackOff  2 restarts

Checks at weight 20: failed
  CHECK                  VALUE    RANGE     VERDICT
  request-success-rate   98.2 %   >= 99 %   failed

Gates
  · confirm-promotion  ahead  webhook gate
  ◌ promotion  closed since 10:00:00  1 of 2 approvals by bob (ops)

Orders:     pause
Temporal:   http://ui/run`;

describe('a Canary on a screen', () => {
  afterEach(() => delete process.env['NO_COLOR']);

  test('is drawn with all that there is', () => {
    process.env['NO_COLOR'] = '1';
    const room = { width: undefined, height: undefined };
    assert.equal(picture(live, NOW, room).join('\n'), WIDE);
    assert.equal(picture(live, NOW, room, 'no answer').join('\n'), `no answer\n${WIDE}`);
  });

  test('is cut to a narrow and low one, which shows what counts first', () => {
    process.env['NO_COLOR'] = '1';
    assert.equal(
      picture(live, NOW, { width: 40, height: 10 }).join('\n'),
      `podinfo.test  6.0.0 → 6.0.1  Progressin…
Started by: ana: faster checkout (09:59…
Weight:     target 20%, measured 19.3% …
Steps:      10 [20] 30
Status:     weight 20 holds: success ra…
Next:       next check: weight 30 if it…
Attention:  halted: 3 failed checks

◌ Canary podinfo  Progressing
… 17 more lines`,
    );
  });

  test('says what it doesn’t know', () => {
    const unknown = { ...live, weight: { wanted: 20, unknown: 'no requests were seen within 30 s' } };
    assert.match(
      picture(unknown, NOW, { width: undefined, height: undefined }).join('\n'),
      /measured: not known \(no requests/,
    );
    const { next: _next, release: _release, strategy: _strategy, attention: _attention, ...bare } = live;
    const lines = picture({ ...bare, weight: { wanted: 0 }, gates: [], links: {} }, NOW, { width: 80, height: 50 });
    assert.equal(lines[1], 'Weight:     target 0%, measured: not known');
    assert.ok(!lines.some((line) => line.startsWith('Next')));
  });

  test('is drawn over the picture before, and the cursor comes back', () => {
    let text = '';
    const screen = new Screen({ write: (piece: unknown) => ((text += String(piece)), true), columns: 0, rows: 0 });
    assert.deepEqual(screen.room, { width: 80, height: 23 });
    screen.draw(['a', 'b']);
    screen.draw(['c']);
    screen.leave();
    assert.equal(text, '\u001b[?25l\u001b[Ja\nb\n\u001b[2F\u001b[Jc\n\u001b[?25h');
  });

  test('covers the picture before on a terminal that was made narrower, which has wrapped its lines', () => {
    const written: string[] = [];
    const terminal = { write: (piece: unknown) => written.push(String(piece)) > 0, columns: 80, rows: 24 };
    const screen = new Screen(terminal);
    screen.draw(['a'.repeat(70), '\u001b[32mb\u001b[39m', '']);
    terminal.columns = 30;
    screen.draw(['c']);
    assert.equal(written[1], '\u001b[5F\u001b[Jc\n');
  });

  test('has the colour of its state, wide and narrow, and says how it has ended in one sentence', () => {
    const tty = process.stdout.isTTY;
    process.stdout.isTTY = true;
    try {
      const { next: _next, attention: _attention, ...rest } = live;
      const verdict = 'Rolled back: success rate 66.97%, needs at least 99%, 10 failed checks';
      const ended = { ...live.release, ended: true, outcome: 'rolled-back', endedAt: '2026-01-02T10:00:00Z', verdict };
      const over = { ...rest, phase: 'Failed', standing: 'failed', why: verdict, release: ended } as Live;
      const states = [
        [live, 34],
        [{ ...live, standing: 'paused' } as Live, 33],
        [over, 31],
        [{ ...over, standing: 'succeeded', phase: 'Succeeded' } as Live, 32],
      ] as const;
      for (const [one, code] of states) {
        for (const width of [72, 200]) {
          const lines = picture(one, NOW, { width, height: 60 });
          assert.ok(lines[0]?.includes(`\u001b[${code}m`), lines[0]);
          assert.ok(lines.every((line) => lengthOf(line) <= width));
          assert.notEqual(lines.at(-1), '', 'nothing blank under it');
        }
      }
      const text = picture(over, NOW, { width: 200, height: 60 }).join('\n');
      assert.ok(text.includes(`Status:     \u001b[31m${verdict}\u001b[39m`), text);
      assert.doesNotMatch(text, /target|Weight:|Steps:/);
      assert.match(text, /\(09:59:00, took 1 min\)/);
      assert.match(
        picture(over, NOW, { width: 72, height: 60 }).join('\n'),
        /request-success-rate +98.2 % +>= 99 % +failed/,
      );
    } finally {
      process.stdout.isTTY = tty;
    }
  });

  test('has lines that fit, whatever is coloured', () => {
    assert.equal(cut('abcdef', 6), 'abcdef');
    assert.equal(cut('abcdefg', 6), 'abcde…');
    assert.equal(cut('\u001b[31mabcdefg\u001b[39m', 3), '\u001b[31mab…\u001b[39m');
    assert.equal(cut('\u001b[31mabc\u001b[39m', 3), '\u001b[31mabc\u001b[39m');
  });
});

describe('a Canary in a pipe', () => {
  test('is a line for each change, and none where nothing has changed', () => {
    const lines = new Lines();
    assert.deepEqual(lines.of(live, NOW), [
      '10:00:00  Advance podinfo.test canary weight 20',
      '10:00:03  Deployment podinfo-primary: 1 of 1 available',
      '10:00:03  Pod p-1: ready',
      '10:00:03  Deployment podinfo: 0 of 1 available',
      '10:00:03  Pod c-1: CrashLoopBackOff',
      '10:00:03  Progressing, target 20%, measured 19.3% of 412 requests in 30 s: weight 20 holds: success rate 98.20% < 99% (3 of 10 failed checks); next: next check: weight 30 if it passes, in 7 s',
    ]);
    assert.deepEqual(lines.of(live, NOW + 1_000), []);
    const later = {
      ...live,
      tree: [],
      phase: 'Failed',
      why: 'rolled-back: x',
      weight: { wanted: 0 },
      at: '2026-01-02T10:01:00Z',
    };
    const { next: _next, ...ended } = later;
    assert.deepEqual(lines.of(ended, NOW).slice(-2), [
      '10:01:00  Pod c-1: gone',
      '10:01:00  Failed, target 0%, measured: not known: rolled-back: x',
    ]);
  });
});

test('time is shown in words', () => {
  assert.deepEqual([7_400, 119_000, 125_000, 7_500_000].map(spanText), ['7 s', '119 s', '2 min 5 s', '2 h 5 min']);
});

test('events are read however the stream is cut', async () => {
  const text = ': alive\n\nretry: 2000\n\nevent: a\nid: 1\ndata: x\ndata: y\n\ndata: z\r\n\r\nevent: unfinished\n';
  async function* pieces(size: number): AsyncGenerator<string> {
    for (let at = 0; at < text.length; at += size) yield await Promise.resolve(text.slice(at, at + size));
  }
  for (const size of [1, 2, 7, 1000]) {
    const events = [];
    for await (const event of eventsOf(pieces(size))) events.push(event);
    assert.deepEqual(
      events,
      [
        { event: 'a', id: '1', data: 'x\ny' },
        { event: 'message', id: '1', data: 'z' },
      ],
      String(size),
    );
  }
});
