import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { LOG_LIMITS } from '../../src/api/live/logs.js';
import { logsSchema, type Logs } from '../../src/api/schema/logs.js';
import { DEPLOYMENTS } from '../../src/kube/object.js';
import { account, bearer, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { get } from '../harness/api/client.js';
import { deployment } from '../harness/kubernetes/cluster.js';
import { TestNode, type LogAsked } from '../harness/kubernetes/kubelet.js';
import { until } from '../harness/until.js';

const SEE: Rule = { resources: ['canaries'], verbs: ['get', 'list'] };
const STAMP = '2026-03-02T10:00:00.000000001Z';

let bench: ApiBench;
let node: TestNode;
let name: string;
/** Answers in place of the usual lines, by pod. */
const special = new Map<string, (response: ServerResponse) => void>();

before(async () => {
  bench = await openApi({ authentication: { kind: 'kubernetes', audiences: ['serinus'] } });
  const { client, namespace } = bench.world;
  node = await TestNode.open(client, ({ pod, container, query }: LogAsked, response) => {
    const answer = special.get(pod);
    if (answer) return answer(response);
    const which = query.get('previous') === 'true' ? 'before' : 'now';
    return void response.end(`${STAMP} ${pod} ${container} ${which} ${query.get('tailLines')}\n`);
  });
  ({ name } = await bench.world.canary());
  // No pods but those of the test.
  await client.patch(DEPLOYMENTS, 'merge', namespace, name, { spec: { replicas: 0 } });
  await client.create(DEPLOYMENTS, deployment(namespace, `${name}-primary`, 'lab/http-echo:1', { replicas: 0 }));
  await node.pod(namespace, `${name}-old`, { labels: { app: name }, containers: ['app', 'side'] });
  await node.pod(namespace, `${name}-bad`, {
    labels: { app: name },
    containers: ['app', 'side'],
    ready: false,
    restarts: 2,
  });
  await node.pod(namespace, `${name}-primary-1`, { labels: { app: `${name}-primary` } });
  await node.pod(namespace, 'somebody-elses', { labels: { app: 'other' } });
});
after(async () => {
  await node.close();
  await bench.close();
});

const url = (query: string): string => `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/logs?${query}`;

let readers = 0;
async function reader(...rules: readonly Rule[]): Promise<Record<string, string>> {
  readers += 1;
  return bearer(await account(bench.world.client, bench.world.namespace, `reader-${readers}`, [SEE, ...rules]));
}
const READ: Rule = { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] };

async function logs(query: string, who: Record<string, string>): Promise<Logs> {
  const { status, body } = await get(bench.app, url(query), who);
  assert.equal(status, 200, JSON.stringify(body));
  return logsSchema.parse(body);
}

describe('logs of the pods of a Canary', () => {
  test('are those of the canary and of the primary, each with the pods that there are', async () => {
    const who = await reader(READ);
    await until(async () => (await logs('of=canary', who)).pods.length === 2, 'no pods but these');
    const canary = await logs('of=canary', who);
    assert.deepEqual(
      canary.pods.map(({ name: pod, ready }) => [pod, ready]),
      [
        [`${name}-bad`, false],
        [`${name}-old`, true],
      ],
    );
    assert.deepEqual(canary.pods[0]?.containers, [
      { name: 'app', restarts: 2 },
      { name: 'side', restarts: 2 },
    ]);
    assert.deepEqual(canary.lines, [{ at: STAMP, text: `${name}-bad app now 200` }], 'what is not ready comes first');
    const primary = await logs('of=primary&lines=7', who);
    assert.equal(primary.workload, `${name}-primary`);
    assert.deepEqual(primary.lines, [{ at: STAMP, text: `${name}-primary-1 app now 7` }]);
    const chosen = await logs(`of=canary&pod=${name}-bad&container=side&previous=true`, who);
    assert.deepEqual(chosen.lines, [{ at: STAMP, text: `${name}-bad side before 200` }]);
  });

  test('are for those who may read logs themselves', async () => {
    const who = await reader();
    const { status, body } = await get(bench.app, url('of=canary'), who);
    assert.deepEqual([status, body['type']], [403, '/problems/forbidden']);
    assert.match(String(body['detail']), /may not get pods\/log in namespace/);
    const permissions = `/api/v1/namespaces/${bench.world.namespace}/canaries/${name}/permissions`;
    assert.equal((await get(bench.app, permissions, who)).body['logs'], false);
    assert.equal((await get(bench.app, permissions, await reader(READ))).body['logs'], true);
    assert.equal((await get(bench.app, url('of=canary'))).status, 401);
  });

  test('are of no other pods', async () => {
    const who = await reader(READ);
    const before = node.asked.length;
    for (const query of [
      'of=canary&pod=somebody-elses',
      `of=primary&pod=${name}-old`,
      'of=canary&container=none',
      'of=canary&pod=..',
      `of=canary&pod=${encodeURIComponent('a/../b')}`,
      'of=all',
      'of=canary&lines=0',
      'of=canary&lines=1001',
      'of=canary&previous=yes',
    ]) {
      const { status, body } = await get(bench.app, url(query), who);
      assert.deepEqual([status, body['type']], [422, '/problems/invalid-input'], `${query}: ${JSON.stringify(body)}`);
    }
    assert.equal(node.asked.length, before, 'nobody was asked');
  });

  test('that Kubernetes has none of say why', async (t) => {
    const who = await reader(READ);
    const pod = `${name}-old`;
    t.after(() => special.delete(pod));
    const why = 'container "app" in pod "x" is waiting to start: ContainerCreating';
    special.set(pod, (response) => void response.writeHead(400).end(why));
    const { lines, problem } = await logs(`of=canary&pod=${pod}`, who);
    assert.deepEqual([lines, problem], [[], why]);
  });

  test('end where nobody would read on, and after a while', async (t) => {
    const who = await reader(READ);
    const pod = `${name}-old`;
    t.after(() => special.delete(pod));
    const line = `${STAMP} ${'x'.repeat(900)}\n`;
    special.set(pod, (response) => {
      for (let bytes = 0; bytes < LOG_LIMITS.bytes * 2; bytes += line.length) response.write(line);
      response.end();
    });
    const long = await logs(`of=canary&pod=${pod}&lines=1000`, who);
    assert.equal(long.truncated, true);
    assert.ok(long.lines.reduce((sum, { text }) => sum + text.length, 0) <= LOG_LIMITS.length);
    // A log that says something and then nothing more; what it takes to get through the API server's own buffers.
    special.set(pod, (response) => void response.write(line.repeat(100)));
    const slow = await logs(`of=canary&pod=${pod}`, who);
    assert.ok(slow.lines.length > 10);
    assert.deepEqual([slow.truncated, slow.problem], [true, undefined]);
    // As many as may be at once, and one more.
    special.set(pod, () => undefined);
    const open = Array.from({ length: LOG_LIMITS.atOnce + 1 }, () => get(bench.app, url(`of=canary&pod=${pod}`), who));
    const answers = await Promise.all(open);
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(refused.length, 1);
    const [served] = answers.filter(({ status }) => status === 200);
    assert.match(String(served?.body['problem']), /no answer within 5 s/);
  });
});
