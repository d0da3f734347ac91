import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { WriteStream } from 'node:tty';
import { block } from '../../demo/screen/block.js';
import { LiveView } from '../../demo/screen/live-view.js';
import { openScreen } from '../../demo/screen/open.js';
import { PlainScreen } from '../../demo/screen/plain.js';
import { eventLine, plainLine, verdictLine } from '../../demo/screen/report.js';
import { paint, span, widthOf, type Line } from '../../demo/screen/style.js';
import { TerminalScreen } from '../../demo/screen/terminal.js';
import { ANALYSIS, answer, result, observation, textOf, view } from './fixtures.js';

describe('a painted line', () => {
  const line: Line = [span('one ', 'good'), span('zwölf'), span(' ─', 'dim')];

  test('has its colours where they are wanted, and none otherwise', () => {
    assert.equal(paint(line, 80, true), '\x1b[32mone \x1b[0mzwölf\x1b[2m ─\x1b[0m');
    assert.equal(paint(line, 80, false), 'one zwölf ─');
  });

  test('is never wider than the terminal, and says where it was cut', () => {
    for (let columns = 1; columns <= widthOf(line); columns += 1) {
      assert.ok([...paint(line, columns, false)].length <= columns, `${columns}`);
    }
    assert.equal(paint(line, 7, false), 'one zw…');
    assert.equal(paint(line, 11, false), 'one zwölf ─');
  });

  test('is counted in characters, not in the units of a string', () => assert.equal(widthOf([span('a😀b')]), 3));
});

describe('the block on the terminal', () => {
  const lines = (part = {}, columns = 110): string[] => block(view(part), columns).map(textOf);
  const named = (name: string, all: readonly string[]): string => all.find((line) => line.startsWith(` ${name}`)) ?? '';

  test('says what is released, in which phase, since when', () => {
    const [heading = ''] = lines();
    assert.match(heading, /^── 1\/2 a good version 6\.0\.0 → 6\.0\.1 ─+ Progressing 1:07 ──$/);
    assert.equal([...heading].length, 110);
    assert.match(
      lines({ observation: observation({ versions: { primary: '6.0.1', canary: '6.0.1' } }) })[0] ?? '',
      /version 6\.0\.1 ─/,
    );
    assert.match(
      lines({ observation: observation({ phase: '', versions: { primary: '', canary: '' } }) })[0] ?? '',
      / new 1:07/,
    );
  });

  test('draws the weight as far as it is, with a mark where the analysis ends', () => {
    const bar = named('weight', lines()).slice(10, 60);
    assert.equal(bar, `${'█'.repeat(10)}${'░'.repeat(15)}┊${'░'.repeat(24)}`);
    assert.match(named('weight', lines()), / {2}20% {2}6\.0\.1 answers 20% \(last 5 s\)$/);
    const full = named('weight', lines({ observation: observation({ weight: 100 }), maxWeight: 100 }));
    assert.match(full, /█{50} 100%/);
  });

  test('shows what Serinus has judged, and in which range it had to be', () => {
    assert.match(
      named('canary', lines()),
      /success 100\.00% {3}P99 {3}42 ms {3}Serinus at 20%: passed \(≥ 99%, ≤ 500 ms\)$/,
    );
    const failing = observation({ failedChecks: 3, analysis: { ...ANALYSIS, ok: false } });
    assert.match(named('canary', lines({ observation: failing })), /halted .* {2}failed checks 3 of 10$/);
    assert.doesNotMatch(named('canary', lines({ observation: observation({ analysis: undefined }) })), /Serinus/);
  });

  test('shows what the client has seen', () => {
    assert.match(named('all', lines()), /success 100\.00% {3}P99 {3}12 ms {3}as the client sees it, last 5 s$/);
    assert.match(named('requests', lines()), /6\.0\.0: 1,600 {3}6\.0\.1: 400 {3}failed: 0$/);
    assert.match(named('requests', lines({ byVersion: new Map(), failed: 1234 })), /none yet {3}failed: 1,234$/);
  });

  test('says why nothing can be seen, where that is so', () => {
    assert.equal(lines().length, 5);
    assert.match(named('trouble', lines({ observation: observation({ trouble: 'ECONNREFUSED' }) })), /ECONNREFUSED$/);
  });
});

describe('lines of a log', () => {
  test('an Event is shown in its own words', () => {
    const at = new Date(2026, 0, 2, 3, 4, 5);
    assert.equal(textOf(eventLine({ type: 'Normal', message: 'Advance' }, at)), '03:04:05 [Normal]  Advance');
    assert.equal(textOf(eventLine({ type: 'Warning', message: 'Halt' }, at)), '03:04:05 [Warning] Halt');
  });

  test('a release that went as it should gets a tick', () => {
    assert.equal(
      textOf(verdictLine(result())),
      '✔ 6.0.1 was promoted after 31 s, weights 10 20 30 40 50 0, 0 of 1,142 requests failed',
    );
    const bad = { kind: 'bad', version: '6.0.2', expected: 'rolled-back', attacked: false } as const;
    const rolledBack = result({ plan: bad, outcome: 'rolled-back', failedRequests: 49, weights: [10, 0] });
    assert.match(textOf(verdictLine(rolledBack)), /^✔ 6\.0\.2 was rolled back .* 49 of 1,142 requests failed$/);
  });

  test('one that didn’t gets a cross, and the reason is shown', () => {
    const text = textOf(verdictLine(result({ outcome: 'rolled-back', failedRequests: 2 })));
    assert.match(text, /^✘ .*: it should have been promoted, not one request should have failed$/);
  });

  test('the view fits into one line', () => {
    assert.equal(
      plainLine(view()),
      '1:07 1/2 a good version: Progressing, canary weight 20%; 6.0.1 answers 20%; canary success 100.00%; ' +
        'canary P99 42 ms; all success 100.00%; all P99 12 ms; requests 6.0.0 1600, 6.0.1 400, failed 0',
    );
    assert.doesNotMatch(plainLine(view({ observation: observation({ analysis: undefined }) })), /canary success/);
  });
});

/** A terminal that remembers what was written to it, with the character that begins a command in letters. */
function terminal(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  const write = (text: string): boolean => written.push(text.replaceAll('\x1b', 'ESC')) > 0;
  const out = { isTTY, columns, write } as unknown as WriteStream & { columns: number };
  return { out, written };
}

describe('the screen', () => {
  test('is a terminal’s where there is one that can be drawn on', () => {
    assert.ok(openScreen(terminal(true).out, {}) instanceof TerminalScreen);
    assert.ok(openScreen(terminal(true).out, { TERM: 'dumb' }) instanceof PlainScreen);
    assert.ok(openScreen(terminal(false).out, {}) instanceof PlainScreen);
  });

  test('has no colours where somebody wants none', () => {
    for (const [NO_COLOR, expected] of [
      ['', 'ESC[32mgoodESC[0m\n'],
      ['1', 'good\n'],
    ] as const) {
      const { out, written } = terminal(true);
      openScreen(out, { NO_COLOR }).line([span('good', 'good')]);
      assert.deepEqual(written, [expected]);
    }
  });

  test('of a terminal draws the block in its place, and lines above it', (t: TestContext) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { out, written } = terminal(true);
    const screen = new TerminalScreen(out, false);
    screen.follow(() => view());
    assert.equal(written.length, 1);
    assert.doesNotMatch(written[0] ?? '', /ESC\[\d+A/, 'there is nothing to go up to yet');
    t.mock.timers.tick(200);
    assert.match(written[1] ?? '', /^ESC\[5A\r/, 'five lines up');
    screen.line([span('an Event')]);
    assert.match(written[2] ?? '', /^ESC\[5A\ran EventESC\[K\n── /);
    screen.unfollow();
    const drawn = written.length;
    t.mock.timers.tick(1_000);
    assert.equal(written.length, drawn, 'nothing is drawn any more');
    screen.line([span('the end')]);
    assert.equal(written.at(-1), 'the end\n');
  });

  test('of a terminal that was made narrower goes up as many rows as the lines take now', (t: TestContext) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { out, written } = terminal(true, 101);
    const screen = new TerminalScreen(out, false);
    screen.follow(() => view());
    out.columns = 51;
    t.mock.timers.tick(200);
    const rows = Number(/^ESC\[(\d+)A/.exec(written[1] ?? '')?.[1]);
    assert.ok(rows > 5 && rows <= 10, `${rows}`);
    screen.unfollow();
  });

  test('of a log tells each new weight at once, and sums up every five seconds while something is under way', (t: TestContext) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
    const written: string[] = [];
    const screen = new PlainScreen((text) => written.push(text));
    let now = view();
    screen.follow(() => now);
    t.mock.timers.tick(4_900);
    assert.deepEqual(written, []);
    now = view({ observation: observation({ weight: 30 }) });
    t.mock.timers.tick(250);
    assert.deepEqual(written.splice(0), ['canary weight 20% → 30%\n', `${plainLine(now)}\n`]);
    now = view({ observation: observation({ weight: 30, phase: 'Succeeded' }) });
    t.mock.timers.tick(30_000);
    assert.deepEqual(written, [], 'nothing goes on');
    screen.unfollow();
  });
});

describe('the live view', () => {
  const limits = { maxWeight: 50, threshold: 10 };
  const watching = (t: TestContext) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    const live = new LiveView({ observation: observation() }, limits);
    live.begin('1/2 a good version');
    return live;
  };

  test('counts from the beginning of a release, and stops the clock when it rests', (t) => {
    const live = watching(t);
    live.count(answer());
    t.mock.timers.tick(12_000);
    assert.deepEqual([live.view().elapsedSeconds, live.view().byVersion.get('6.0.0')], [12, 1]);
    live.see(observation(), observation({ phase: 'Succeeded' }));
    t.mock.timers.tick(60_000);
    assert.equal(live.view().elapsedSeconds, 12);
    live.begin('2/2 a bad version');
    assert.deepEqual([live.view().elapsedSeconds, live.view().byVersion.size, live.view().failed], [0, 0, 0]);
  });

  test('left alone, takes a release for begun when the Canary says so', (t) => {
    const live = watching(t);
    t.mock.timers.tick(10_000);
    live.see(observation({ phase: 'Succeeded' }), observation());
    assert.equal(live.view().elapsedSeconds, 10, 'while the demo releases, it says itself when that begins');
    live.setFree('yours');
    live.see(observation({ phase: 'Succeeded' }), observation());
    assert.deepEqual([live.view().elapsedSeconds, live.view().title], [0, 'yours']);
  });
});
