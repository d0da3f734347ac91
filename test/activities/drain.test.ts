import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drain } from '../../src/canary/drain.js';
import type { Canary } from '../../src/crds/canary.js';
import type { Router } from '../../src/routers/port.js';

const TIMES = { settleLimit: 4_000, blind: 300, inFlight: 20, poll: 5 };

/** Waits for a router that says one thing after the other, each from so many milliseconds on. */
async function drained(...says: readonly (readonly [number, boolean | undefined])[]): Promise<number> {
  return drainedFrom({}, ...says);
}

async function drainedFrom(
  traits: Pick<Router, 'followsWithinMs'>,
  ...says: readonly (readonly [number, boolean | undefined])[]
): Promise<number> {
  const began = performance.now();
  const isSettled = () => {
    const elapsed = performance.now() - began;
    return Promise.resolve(says.filter(([from]) => from <= elapsed).at(-1)?.[1]);
  };
  const router: Pick<Router, 'isSettled' | 'followsWithinMs'> = { ...traits, isSettled };
  followed = await drain(router as Router, {} as Canary, new AbortController().signal, TIMES);
  return performance.now() - began;
}

/** What the last wait has returned. */
let followed: boolean | undefined;

describe('the wait before pods are stopped', () => {
  test('ends when the data plane has followed', async () => {
    const took = await drained([0, false], [100, true]);
    assert.ok(took >= 100 && took < TIMES.settleLimit, `${took} ms`);
    assert.equal(followed, true);
  });

  test('is a moment where the data plane says nothing', async () => {
    const took = await drained([0, undefined]);
    assert.ok(took >= TIMES.blind && took < TIMES.settleLimit, `${took} ms`);
    assert.equal(followed, true, 'nothing has been said against it');
  });

  test('is as long as the provider’s data plane takes by default, where it says nothing', async () => {
    const took = await drainedFrom({ followsWithinMs: 700 }, [0, undefined]);
    assert.ok(took >= 700 && took < TIMES.settleLimit, `${took} ms`);
  });

  test('is that moment from the last no on, where the data plane can say no more', async () => {
    const took = await drained([0, false], [400, undefined]);
    // From the last no that was heard, which on a busy machine is one of some time ago.
    assert.ok(took >= 400 && took > TIMES.blind && took < TIMES.settleLimit, `${took} ms`);
  });

  test('has an end where the data plane goes on saying no, which is returned', async () => {
    const took = await drained([0, false]);
    assert.ok(took >= TIMES.settleLimit, `${took} ms`);
    assert.equal(followed, false);
  });
});
