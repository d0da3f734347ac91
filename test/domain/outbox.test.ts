import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Notice } from '../../src/domain/notices/notice.js';
import {
  afterRound,
  dueAt,
  EMPTY_OUTBOX,
  PATIENCE_MS,
  pendingOf,
  posted,
  roundOf,
  type Outbox,
  type Round,
  type DeliveryResult,
  type Undelivered,
} from '../../src/domain/notices/outbox.js';

const notice = (message: string): Notice => ({
  kind: 'event',
  at: 0,
  type: 'Normal',
  message,
  phase: 'Progressing',
  revision: undefined,
});

const withNotices = (count: number, outbox: Outbox = EMPTY_OUTBOX): Outbox => {
  const names = Array.from({ length: count }, (_, index) => notice(`n${outbox.next + index}`));
  return posted(outbox, names)[0];
};

/** Notifies a recipient of what it lacks of the round, up to what it accepts. */
function resultOf(round: Round, to: string, takes: (seq: number) => boolean, seen: number[] = []): DeliveryResult {
  let through = round.again[to] ?? round.offered;
  for (const { seq } of round.notices.filter((one) => one.seq > through)) {
    if (!takes(seq)) return { to, through, error: 'down', refused: [] };
    seen.push(seq);
    through = seq;
  }
  return { to, through, refused: [] };
}

test('what everybody has got is gone, and nothing is due then', () => {
  const outbox = withNotices(2);
  assert.equal(dueAt(outbox), 0);
  const round = roundOf(outbox, 100);
  assert.deepEqual(
    round.notices.map(({ seq }) => seq),
    [1, 2],
  );
  const [after, lost] = afterRound(outbox, round, [resultOf(round, 'a', () => true)], 100);
  assert.deepEqual([after.notices, after.behind, lost], [[], {}, []]);
  assert.equal(dueAt(after), undefined);
  assert.equal(after.next, 3, 'numbers are not used twice');
});

test('nobody listens: the notices go all the same', () => {
  const outbox = withNotices(3);
  const [after] = afterRound(outbox, roundOf(outbox, 0), [], 0);
  assert.equal(dueAt(after), undefined);
});

describe('somebody who does not answer', () => {
  test('is tried again after 1, 2, 4 … seconds up to 5 minutes, while others get what is new at once', () => {
    let outbox = withNotices(1);
    let now = 0;
    const waits: number[] = [];
    const healthy: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      const round = roundOf(outbox, now);
      const answers = [resultOf(round, 'down', () => false), resultOf(round, 'up', () => true, healthy)];
      [outbox] = afterRound(outbox, round, answers, now);
      waits.push((outbox.behind['down']?.retryAt ?? 0) - now);
      // Posted while it waits: due at once, and the one that waits isn't bothered.
      outbox = withNotices(1, outbox);
      assert.equal(dueAt(outbox), 0);
      const between = roundOf(outbox, now);
      assert.deepEqual(between.later, ['down']);
      [outbox] = afterRound(outbox, between, [resultOf(between, 'up', () => true, healthy)], now);
      now = dueAt(outbox) ?? now;
    }
    assert.deepEqual(waits.slice(0, 5), [1_000, 2_000, 4_000, 8_000, 16_000]);
    assert.equal(waits.at(-1), 300_000);
    assert.deepEqual(
      healthy,
      Array.from({ length: 13 }, (_, i) => i + 1),
    );
    assert.deepEqual(pendingOf(outbox), [{ to: 'down', count: 13, error: 'down', first: 'n1' }]);
  });

  test('may ask for a longer break', () => {
    const outbox = withNotices(1);
    const round = roundOf(outbox, 0);
    const [after] = afterRound(
      outbox,
      round,
      [{ to: 'a', through: 0, error: 'busy', retryAfterMs: 60_000, refused: [] }],
      0,
    );
    assert.equal(dueAt(after), 60_000);
  });

  test('is given up after a day, and named with what it has missed', () => {
    let outbox = withNotices(2);
    let lost: readonly Undelivered[] = [];
    let now = 0;
    for (; lost.length === 0; now = dueAt(outbox) ?? now) {
      const round = roundOf(outbox, now);
      [outbox, lost] = afterRound(outbox, round, [resultOf(round, 'gone', () => false)], now);
    }
    assert.ok(now >= PATIENCE_MS - 300_000 && now <= PATIENCE_MS + 300_000, String(now));
    assert.deepEqual(lost, [{ to: 'gone', count: 2, error: 'down', first: 'n1' }]);
    assert.equal(dueAt(outbox), undefined);
  });

  test('is forgotten when the spec no longer names it', () => {
    let outbox = withNotices(1);
    const round = roundOf(outbox, 0);
    [outbox] = afterRound(outbox, round, [resultOf(round, 'a', () => false)], 0);
    [outbox] = afterRound(outbox, roundOf(outbox, 5_000), [], 5_000);
    assert.equal(dueAt(outbox), undefined);
  });
});

test('what a recipient will never take is named and does not hold up the rest', () => {
  const outbox = withNotices(3);
  const round = roundOf(outbox, 0);
  const answer: DeliveryResult = {
    to: 'alert on-call',
    through: 3,
    refused: [
      { seq: 1, error: 'answered with status 400' },
      { seq: 3, error: 'answered with status 400' },
    ],
  };
  const [after, lost] = afterRound(outbox, round, [answer], 0);
  assert.deepEqual(lost, [{ to: 'alert on-call', count: 2, error: 'answered with status 400', first: 'n1' }]);
  assert.equal(dueAt(after), undefined);
});

describe('a conversation that a recipient has named', () => {
  const naming = (round: Round, to: string, thread: string): DeliveryResult => ({
    ...resultOf(round, to, () => true),
    thread,
  });

  test('goes with every later round, whoever else is notified, until another takes its place', () => {
    let outbox = withNotices(1);
    assert.equal(roundOf(outbox, 0).threads, undefined);
    const first = roundOf(outbox, 0);
    [outbox] = afterRound(outbox, first, [naming(first, 'chat', 'one'), resultOf(first, 'bell', () => true)], 0);
    assert.equal(dueAt(outbox), undefined, 'it keeps nothing waiting');
    assert.deepEqual(outbox.threads, { chat: 'one' });
    outbox = withNotices(2, JSON.parse(JSON.stringify(outbox)) as Outbox);
    const second = roundOf(outbox, 0);
    assert.deepEqual(second.threads, { chat: 'one' });
    [outbox] = afterRound(outbox, second, [resultOf(second, 'bell', () => true), naming(second, 'other', 'x')], 0);
    assert.deepEqual(outbox.threads, { chat: 'one', other: 'x' });
    outbox = withNotices(1, outbox);
    const third = roundOf(outbox, 0);
    [outbox] = afterRound(outbox, third, [naming(third, 'chat', 'two')], 0);
    assert.deepEqual(outbox.threads, { chat: 'two', other: 'x' });
  });

  test('is kept where the next message did not get through', () => {
    const outbox = withNotices(2);
    const round = roundOf(outbox, 0);
    const [after] = afterRound(outbox, round, [{ ...resultOf(round, 'chat', (seq) => seq < 2), thread: 'one' }], 0);
    assert.deepEqual(after.behind['chat']?.through, 1);
    assert.deepEqual(roundOf(after, 5_000).threads, { chat: 'one' });
    assert.deepEqual(
      posted(
        after,
        Array.from({ length: 250 }, () => notice('n')),
      )[0].threads,
      { chat: 'one' },
    );
  });
});

test('notices for which nobody comes are limited, and those that go are named', () => {
  let outbox = EMPTY_OUTBOX;
  const lost: Undelivered[] = [];
  for (let i = 0; i < 21; i += 1) {
    const [next, gone] = posted(
      outbox,
      Array.from({ length: 10 }, () => notice('n')),
    );
    outbox = next;
    lost.push(...gone);
  }
  assert.equal(outbox.notices.length, 200);
  assert.deepEqual(lost, [{ to: 'everybody', count: 10, error: 'too many notices waited for a worker', first: 'n' }]);
});

test('whoever fails when: each recipient gets every notice once at least, and in order', () => {
  const step = fc.record({ post: fc.nat(30), down: fc.subarray(['a', 'b', 'c']), upTo: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
      const seen: Record<string, number[]> = { a: [], b: [], c: [] };
      let outbox = EMPTY_OUTBOX;
      let now = 0;
      const deliver = (down: readonly string[], upTo: number): void => {
        const round = roundOf(outbox, now);
        const due = ['a', 'b', 'c'].filter((to) => !round.later.includes(to));
        const answers = due.map((to) => resultOf(round, to, (seq) => !down.includes(to) || seq <= upTo, seen[to]));
        [outbox] = afterRound(outbox, round, answers, now);
      };
      for (const { post, down, upTo } of steps) {
        outbox = withNotices(post, outbox);
        // No more than are kept for those who don't answer.
        if (outbox.notices.length > 150) break;
        deliver(down, upTo);
        now += 700;
      }
      for (let turn = 0; dueAt(outbox) !== undefined; turn += 1) {
        assert.ok(turn < 200, 'it comes to an end');
        now = Math.max(now, dueAt(outbox) ?? 0);
        deliver([], 0);
      }
      const all = Array.from({ length: outbox.next - 1 }, (_, index) => index + 1);
      for (const to of ['a', 'b', 'c']) assert.deepEqual(seen[to], all);
      assert.deepEqual(outbox.notices, []);
    }),
    { numRuns: 300 },
  );
});
