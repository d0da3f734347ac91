import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LogTail } from '../../src/api/live/log-tail.js';

const LIMITS = { lines: 3, lineLength: 50, length: 100 };
const STAMP = '2026-03-02T10:00:00.000000001Z';

function tailOf(text: string | readonly Buffer[], limits = LIMITS) {
  const tail = new LogTail(limits);
  for (const piece of typeof text === 'string' ? [Buffer.from(text)] : text) tail.take(piece);
  return tail.end();
}

describe('the end of a log', () => {
  test('has its last lines, with the time of each', () => {
    const { lines, truncated } = tailOf(`${STAMP} one\n${STAMP} two\n${STAMP} three\n${STAMP} four\n`);
    assert.deepEqual(
      lines,
      ['two', 'three', 'four'].map((text) => ({ at: STAMP, text })),
    );
    assert.equal(truncated, true);
    assert.deepEqual(tailOf(`${STAMP} one\n${STAMP}\nno time`), {
      lines: [{ at: STAMP, text: 'one' }, { at: STAMP, text: '' }, { text: 'no time' }],
      truncated: false,
    });
    assert.deepEqual(tailOf(''), { lines: [], truncated: false });
  });

  test('shows no colours and no control characters', () => {
    const { lines } = tailOf(`${STAMP} \u001b[1;31merror\u001b[0m\ta\u0007b\r\n`, { ...LIMITS, lineLength: 200 });
    assert.deepEqual(lines, [{ at: STAMP, text: 'error\tab' }]);
  });

  test('is read the same, however it is cut into pieces', () => {
    const text = `${STAMP} größer ✓\n${STAMP} zweite 😀\nrest`;
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const whole = Buffer.from(text);
        const pieces: Buffer[] = [];
        let from = 0;
        for (const size of sizes) pieces.push(whole.subarray(from, (from += size)));
        pieces.push(whole.subarray(from));
        assert.deepEqual(tailOf(pieces), tailOf(text));
      }),
    );
  });

  test('holds no more than it may, whatever comes', () => {
    const tail = new LogTail({ lines: 1_000, lineLength: 100, length: 1_000 });
    const piece = Buffer.alloc(64 * 1024, 'x');
    for (let i = 0; i < 100; i += 1) tail.take(piece);
    for (let i = 0; i < 1_000; i += 1) tail.take(Buffer.from(`\n${'y'.repeat(90)}`));
    const { lines, truncated } = tail.end();
    assert.equal(truncated, true);
    assert.ok(lines.length > 5 && lines.length <= 11, String(lines.length));
    assert.ok(lines.every(({ text }) => text.length <= 100));
    const long = tailOf(`${'x'.repeat(500)}\nlast`);
    assert.deepEqual([long.lines.map(({ text }) => text.length), long.truncated], [[50, 4], true]);
  });
});
