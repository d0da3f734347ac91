import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test, type TestContext } from 'node:test';
import { TransientError } from '../../src/errors.js';
import { KubeClient } from '../../src/kube/client.js';
import { KubeError } from '../../src/kube/kube-error.js';
import { CANARIES } from '../../src/kube/object.js';
import { serve } from '../harness/http/server.js';

const NOBODY = { current: () => Promise.resolve({ agent: new Agent(), headers: {} }), forget: () => undefined };

/** A client whose API server, or whatever stands before it, answers like this. */
async function answering(t: TestContext, status: number, body: string, type = 'application/json') {
  const { url } = await serve(t, (_request, response) => {
    response.writeHead(status, { 'Content-Type': type });
    response.end(body);
  });
  return new KubeClient({ server: url }, NOBODY);
}

const look = (client: KubeClient) => client.get(CANARIES, 'test', 'app');

test('a success that is none of Kubernetes’ is no object, and no empty list', async (t) => {
  for (const body of ['', 'ok', '<html>log in</html>', '[]', 'null', '1', '{"kind":', '"x"']) {
    const client = await answering(t, 200, body, body.startsWith('<') ? 'text/html' : undefined);
    await assert.rejects(look(client), TransientError, body);
    await assert.rejects(client.list(CANARIES), TransientError, body);
  }
  for (const body of ['{}', '{"items":{}}', '{"metadata":{},"items":"none"}', '{"error":"upstream"}']) {
    await assert.rejects((await answering(t, 200, body)).list(CANARIES), TransientError, body);
  }
  const { items } = await (await answering(t, 200, '{"metadata":{"resourceVersion":"1"}}')).list(CANARIES);
  assert.deepEqual(items, [], 'an empty list of metadata has no items');
});

test('what isn’t there the API server says itself', async (t) => {
  const status = JSON.stringify({ kind: 'Status', reason: 'NotFound', message: 'canaries "app" not found' });
  assert.equal(await look(await answering(t, 404, status)), undefined);
  assert.equal(
    await look(await answering(t, 404, '404 page not found\n', 'text/plain')),
    undefined,
    'a kind that nobody serves',
  );
  for (const body of ['', '<html>404</html>', 'default backend - 404', '{"kind":']) {
    await assert.rejects(look(await answering(t, 404, body, 'text/plain')), TransientError, body);
  }
});

test('a refusal is understood as far as it can be, whatever is in it', async (t) => {
  const bodies = [
    '',
    'no',
    '{',
    '[]',
    'null',
    '{"message":{"a":1},"reason":5,"details":"x"}',
    '{"details":{"causes":{}}}',
    '{"details":{"causes":[null,1,"x",[],{"field":{},"message":[]}]}}',
    `{"message":"${'x'.repeat(100_000)}"}`,
  ];
  for (const status of [400, 403, 409, 422]) {
    for (const body of bodies) {
      const refusal = async (): Promise<unknown> =>
        look(await answering(t, status, body)).catch((error: unknown) => error);
      const error = await refusal();
      assert.ok(error instanceof KubeError, `${status} ${body.slice(0, 40)}: ${String(error)}`);
      assert.equal(error.status, status);
      assert.equal(typeof error.message, 'string');
    }
  }
  for (const status of [429, 500, 502, 503]) {
    await assert.rejects(look(await answering(t, status, '{"message":[]}')), TransientError);
  }
  const causes = {
    causes: [
      { field: 'spec.x', message: 'no' },
      { field: 1, message: 'odd' },
    ],
  };
  const whole = JSON.stringify({ kind: 'Status', reason: 'Invalid', message: 'm', details: causes });
  await assert.rejects(look(await answering(t, 422, whole)), (error) => {
    assert.ok(error instanceof KubeError);
    assert.deepEqual(
      [error.reason, error.causes],
      ['Invalid', [{ field: 'spec.x', message: 'no' }, { message: 'odd' }]],
    );
    return true;
  });
});

test('so it is of a watch', async (t) => {
  const client = await answering(t, 410, '{"reason":');
  await assert.rejects(client.watch(CANARIES, {}, new AbortController().signal), KubeError);
});
