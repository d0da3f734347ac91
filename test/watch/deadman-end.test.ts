import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'node:test';
import type { Dependencies } from '../../src/dependencies.js';
import { DeadMansSwitch } from '../../src/watch/deadman.js';

/** A switch that knows the cluster by `leases` alone, and what it has logged as errors. */
function switchWith(leases: { filled: () => Promise<unknown>; synced: () => Promise<unknown> }) {
  const errors: string[] = [];
  const log = { error: (_: object, message: string) => errors.push(message), debug: () => undefined };
  const deps = { cache: leases, log, settings: {}, now: Date.now } as unknown as Dependencies;
  const signs = { isConnected: () => true, ask: () => Promise.resolve(''), run: () => Promise.resolve(undefined) };
  return { deadman: new DeadMansSwitch(deps, signs, 'test'), errors };
}

const refused = (): Promise<never> => Promise.reject(new Error('leases is forbidden'));

describe('the dead-man’s switch', () => {
  test('that can’t look says why, once, and looks again', async (t) => {
    let looks = 0;
    const synced = (): Promise<never> => ((looks += 1), refused());
    const { deadman, errors } = switchWith({ filled: () => Promise.resolve(), synced });
    t.after(() => deadman.stop());
    await deadman.start();
    while (looks < 2) await sleep(50);
    await sleep(50);
    assert.deepEqual(errors, ["the dead-man's switch looks around: leases is forbidden"]);
  });

  test('that is stopped while it waits for the API server stays stopped', async () => {
    let answer: () => void = () => undefined;
    let looks = 0;
    const filled = (): Promise<void> => new Promise((resolve) => (answer = resolve));
    const { deadman } = switchWith({ filled, synced: () => ((looks += 1), refused()) });
    const started = deadman.start();
    deadman.stop();
    answer();
    await started;
    await sleep(1_200);
    assert.equal(looks, 0);
  });
});
