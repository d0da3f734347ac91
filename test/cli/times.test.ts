import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clock, dateAndTime, durationText, withLocalTimes } from '../../src/cli/client/times.js';

const zone = process.env['TZ'];
before(() => (process.env['TZ'] = 'Asia/Shanghai'));
after(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

test('people at a terminal see its own time zone, in every text', () => {
  const at = '2026-01-31T20:00:07Z';
  assert.equal(clock(at), '04:00:07');
  assert.equal(dateAndTime(at), '2026-02-01 04:00:07');
  const text = 'paused by ana since 2026-01-31T20:00:07Z, before 2026-01-30T01:02:03.400Z: lunch';
  assert.equal(
    withLocalTimes(text, Date.parse('2026-02-01T01:00:00Z')),
    'paused by ana since 04:00:07, before 2026-01-30 09:02:03: lunch',
  );
});

test('a duration has two units at most', () => {
  const cases = [
    [0, '0 s'],
    [59.6, '1 min'],
    [125, '2 min 5 s'],
    [3_840, '1 h 4 min'],
    [7_200, '2 h'],
    [180_000, '2 d 2 h'],
  ] as const;
  for (const [seconds, text] of cases) assert.equal(durationText(seconds), text, String(seconds));
});
