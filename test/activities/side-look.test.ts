import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSideLook } from '../../src/checks/side-look.js';

const never = new AbortController().signal;

/** Comes back only when it is ended. */
function endless(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('ended')));
}

test('a look that is quick enough is had', async () => {
  const both = await withSideLook(
    () => Promise.resolve('done'),
    () => Promise.resolve('seen'),
    never,
  );
  assert.deepEqual(both, ['done', 'seen']);
});

test('one that takes too long is ended, and the work’s result is had', async () => {
  assert.deepEqual(await withSideLook(() => Promise.resolve('done'), endless, never), ['done', 'ended']);
});

test('one that is under way when the work fails is ended', async () => {
  let ended = false;
  const look = (signal: AbortSignal) => endless(signal).finally(() => (ended = true));
  await assert.rejects(
    withSideLook(() => Promise.reject(new Error('no')), look, never),
    /^Error: no$/,
  );
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(ended);
});
