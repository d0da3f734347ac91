import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnfinished, UnderWay } from '../../src/activities/under-way.js';

/** Work that ends when it is told to, and counts how often it was begun. */
function workshop() {
  const begun: { readonly signal: AbortSignal; readonly end: (result: string) => void; fail: (e: Error) => void }[] =
    [];
  const work = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      begun.push({ signal, end: resolve, fail: reject });
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  return { begun, work };
}

const nobody = (): AbortSignal => new AbortController().signal;

test('what is done in time is answered, and done anew for whoever asks again', async () => {
  const underWay = new UnderWay();
  let times = 0;
  const work = () => Promise.resolve((times += 1));
  assert.equal(await underWay.do('x', work, { signal: nobody(), withinMs: 10_000 }), 1);
  assert.equal(await underWay.do('x', work, { signal: nobody() }), 2);
});

test('what isn’t goes on: whoever asks for the same next waits for it, once', async () => {
  const underWay = new UnderWay();
  const { begun, work } = workshop();
  assert.ok(isUnfinished(await underWay.do('x', work, { signal: nobody(), withinMs: 1 })));
  const other = underWay.do('y', work, { signal: nobody() });
  const same = underWay.do('x', work, { signal: nobody() });
  const third = underWay.do('x', work, { signal: nobody() });
  assert.equal(begun.length, 3, 'another name is other work, and a third one doesn’t share');
  begun[0]?.end('first');
  begun[1]?.end('other');
  begun[2]?.end('third');
  assert.deepEqual(await Promise.all([same, other, third]), ['first', 'other', 'third']);
});

test('it may be left unfinished again and again', async () => {
  const underWay = new UnderWay();
  const { begun, work } = workshop();
  for (const _ of [1, 2, 3]) assert.ok(isUnfinished(await underWay.do('x', work, { signal: nobody(), withinMs: 1 })));
  const last = underWay.do('x', work, { signal: nobody() });
  begun[0]?.end('done');
  assert.equal(await last, 'done');
  assert.equal(begun.length, 1);
});

test('a failure while nobody waits is passed to the next caller, and then it is begun anew', async () => {
  const underWay = new UnderWay();
  const { begun, work } = workshop();
  await underWay.do('x', work, { signal: nobody(), withinMs: 1 });
  begun[0]?.fail(new Error('broken'));
  await assert.rejects(underWay.do('x', work, { signal: nobody() }), /broken/);
  const again = underWay.do('x', work, { signal: nobody() });
  begun[1]?.end('mended');
  assert.equal(await again, 'mended');
});

test('whoever waits for it may give it up, whoever had begun it', async () => {
  const underWay = new UnderWay();
  const { begun, work } = workshop();
  await underWay.do('x', work, { signal: nobody(), withinMs: 1 });
  const giver = new AbortController();
  const waiting = underWay.do('x', work, { signal: giver.signal });
  assert.equal(begun[0]?.signal.aborted, false);
  giver.abort(new Error('an order came'));
  await assert.rejects(waiting, /aborted/);
  assert.equal(begun[0]?.signal.aborted, true);
});

test('whoever has left it can’t give it up any more', async () => {
  const underWay = new UnderWay();
  const { begun, work } = workshop();
  const first = new AbortController();
  await underWay.do('x', work, { signal: first.signal, withinMs: 1 });
  first.abort(new Error('its task is over'));
  assert.equal(begun[0]?.signal.aborted, false);
});

test('what nobody asks for again is given up', async () => {
  const underWay = new UnderWay(5);
  const { begun, work } = workshop();
  await underWay.do('x', work, { signal: nobody(), withinMs: 1 });
  const signal = begun[0]?.signal;
  assert.ok(signal);
  // The timer of what is left doesn't keep a process alive; this one waits for it.
  const alive = setTimeout(() => undefined, 60_000);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  clearTimeout(alive);
  const again = underWay.do('x', work, { signal: nobody() });
  begun[1]?.end('anew');
  assert.equal(await again, 'anew');
});
