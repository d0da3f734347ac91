import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { doubling, retrying } from '../../src/retrying.js';

/** An attempt that works the n-th time. */
function working(nth: number): (number: number) => Promise<number> {
  return (number) => (number < nth ? Promise.reject(new Error(`no ${number}`)) : Promise.resolve(number));
}

function recording(): { readonly waits: number[]; readonly wait: (milliseconds: number) => Promise<void> } {
  const waits: number[] = [];
  return { waits, wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)) };
}

describe('retrying', () => {
  test('goes on until it works, with the given pauses', async () => {
    const { waits, wait } = recording();
    assert.equal(await retrying(working(5), (_, made) => doubling(100, 500)(made), { wait }), 5);
    assert.deepEqual(waits, [100, 200, 400, 500]);
  });

  test('gives up with the last failure', async () => {
    const { waits, wait } = recording();
    await assert.rejects(
      retrying(working(9), (_, made) => (made < 3 ? 1 : undefined), { wait }),
      /^Error: no 3$/,
    );
    assert.deepEqual(waits, [1, 1]);
  });

  test('ends with the reason of an abort, in the middle of a pause', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const wait = retrying(working(2), () => (stop.abort(reason), 3_600_000), { signal: stop.signal });
    await assert.rejects(wait, (error) => error === reason);
  });

  test('makes no attempt after an abort', async () => {
    const stop = new AbortController();
    let made = 0;
    const attempt = (): Promise<void> => {
      made += 1;
      stop.abort(new Error('enough'));
      return Promise.reject(new Error('no'));
    };
    await assert.rejects(
      retrying(attempt, () => 0, { signal: stop.signal }),
      /^Error: enough$/,
    );
    assert.equal(made, 1);
  });
});

test('pauses stay finite however long one tries', () => {
  assert.equal(doubling(500, 10_000)(5_000), 10_000);
});
