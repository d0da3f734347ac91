import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type KubeClient } from '../../src/kube/client.js';
import { KubeError } from '../../src/kube/kube-error.js';
import { CONFIG_MAPS } from '../../src/kube/object.js';
import { Reflector } from '../../src/kube/reflector.js';

const EMPTY = { items: [], metadata: { resourceVersion: '1' } };

/**
 * @param list what was listed before the server went away; undefined where nothing was
 * @returns how long is waited between attempts that fail like this, milliseconds
 */
async function pausesAfter(failure: Error, attempts: number, list?: typeof EMPTY): Promise<readonly number[]> {
  const client = {
    list: () => (list ? Promise.resolve(list) : Promise.reject(failure)),
    watch: () => Promise.reject(failure),
  } as unknown as KubeClient;
  return pausesOf(client, attempts);
}

async function pausesOf(
  client: KubeClient,
  attempts: number,
  look: (reflector: Reflector) => void = () => undefined,
): Promise<readonly number[]> {
  const waited: number[] = [];
  let enough = (): void => undefined;
  const done = new Promise<void>((resolve) => (enough = resolve));
  const wait = (ms: number, signal: AbortSignal): Promise<unknown> => {
    waited.push(ms);
    look(reflector);
    if (waited.length < attempts) return Promise.resolve();
    enough();
    return new Promise((resolve) => signal.addEventListener('abort', resolve));
  };
  const reflector: Reflector = new Reflector(client, CONFIG_MAPS, { log: () => undefined, wait }).start();
  await done;
  await reflector.stop();
  return waited;
}

test('an API server that is away is looked for every two seconds at least, however long it has been', async () => {
  for (const failure of [new Error('connect ECONNREFUSED'), new KubeError(503, 'ServiceUnavailable', 'starting')]) {
    for (const listed of [undefined, EMPTY]) {
      const pauses = await pausesAfter(failure, 60, listed);
      assert.ok(Math.max(...pauses) <= 2_000, String(Math.max(...pauses)));
      assert.ok(Math.min(...pauses.slice(-10)) >= 1_000, 'nor is it looked for without a pause');
    }
  }
});

test('what somebody must mend first is asked for less and less often, twice a minute at least', async () => {
  const pauses = await pausesAfter(new KubeError(403, 'Forbidden', 'configmaps is forbidden'), 20);
  assert.ok(Math.max(...pauses) > 10_000 && Math.max(...pauses) <= 30_000, pauses.join(' '));
});

/** A client whose watches end at once, in one of these ways. */
function ending(list: () => Promise<object>, lines: readonly string[]): KubeClient {
  return { list, watch: () => Promise.resolve(Readable.from(lines)) } as unknown as KubeClient;
}

test('a server whose watches end at once, or that has forgotten each version, is not asked without a break', async () => {
  const forgotten = JSON.stringify({ type: 'ERROR', object: { metadata: {}, code: 410 } });
  for (const lines of [[], ['<html>log in</html>\n'], ['{"type":"MODIFIED"}\n'], [`${forgotten}\n`]]) {
    const pauses = await pausesOf(
      ending(() => Promise.resolve(EMPTY), lines),
      12,
    );
    assert.ok(
      Math.min(...pauses.slice(-5)) >= 1_000 && Math.max(...pauses) <= 2_000,
      `${lines[0]}: ${pauses.join(' ')}`,
    );
  }
});

test('objects that are known aren’t gone because somebody in between knows no such kind', async () => {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'b', uid: '1', resourceVersion: '1' },
  };
  const missing = new KubeError(404, 'Unknown', '404 page not found');
  const client = {
    list: () => Promise.resolve({ items: [object], metadata: { resourceVersion: '1' } }),
    watch: () => Promise.reject(missing),
  } as unknown as KubeClient;
  const known: number[] = [];
  await pausesOf(client, 9, (reflector) => known.push(reflector.store.list().length));
  assert.deepEqual(new Set(known), new Set([1]));
});
