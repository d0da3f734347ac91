import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { account, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { kubeconfig } from '../harness/kubernetes/cluster.js';
import { serinus, type Ended } from '../harness/cli-process.js';
import { clusterClient } from '../../src/kube/connect.js';
import { until } from '../harness/until.js';

const ORDERS = ['approve', 'reject', 'pause', 'resume', 'abort', 'promote', 'weight', 'skip', 'retry', 'undo'] as const;
const LOOK: Rule = { resources: ['canaries'], verbs: ['get', 'list'] };

let bench: ApiBench;
let server: string;
let ns: string;
let looker: string;
const scratch = mkdtempSync(join(tmpdir(), 'serinus-wrong-'));
before(async () => {
  bench = await openApi({ authentication: { kind: 'kubernetes', audiences: ['serinus'] } });
  server = await bench.app.listen({ host: '127.0.0.1', port: 0 });
  ns = bench.world.namespace;
  looker = await account(bench.world.client, ns, 'looker', [LOOK]);
});
after(async () => {
  rmSync(scratch, { recursive: true });
  await bench.close();
});

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  serinus(args, { SERINUS_SERVER: server, SERINUS_TOKEN: looker, ...env });
/** The order with what it takes, for a Canary. */
const order = (word: string, name: string): string[] => [word, name, ...(word === 'weight' ? ['30'] : []), '-n', ns];

/** One error, of one line and what to do about it, and nothing of the inside. */
function reported({ code, out, err }: Ended, exit: number, says: RegExp): void {
  assert.deepEqual([code, out], [exit, ''], err);
  assert.match(err, says);
  // What is watched for it says that it may not be, by itself.
  const lines = err
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('watching '));
  assert.ok(lines.length <= 2, err);
  assert.doesNotMatch(err, /^ +at |node:|undefined|\[object/m);
}

describe('a caller without permission learns which one is missing, and it ends with 1', () => {
  test('by every order', async () => {
    const { name } = await bench.world.canary({ intervalSeconds: 600 });
    const starter = await account(bench.world.client, ns, 'starter', [
      LOOK,
      { resources: ['canaries/rollouts'], verbs: ['create'] },
    ]);
    await until(
      async () => (await run(['get', name, '-n', ns])).out.includes('Initialized'),
      `${name} is seen`,
      30_000,
    );
    const started = await run(['rollout', name, '-n', ns, '--image', 'app=podinfo:6.0.2'], { SERINUS_TOKEN: starter });
    assert.equal(started.code, 0, started.err);
    for (const word of ORDERS) {
      const says = new RegExp(
        `^serinus: \\S+:looker may not update canaries/${word}\\.flagger\\.app "${name}" in namespace "${ns}"\n  have the right granted`,
      );
      reported(await run(order(word, name)), 1, says);
    }
  });

  test('by diff, status and get, whoever may not look, and whoever has no token', async () => {
    const nobody = await account(bench.world.client, ns, 'nobody', []);
    for (const args of [
      ['diff', 'podinfo', '-n', ns],
      ['status', 'podinfo', '-n', ns],
      ['resume', 'podinfo', '-n', ns],
    ]) {
      reported(
        await run(args, { SERINUS_TOKEN: nobody }),
        1,
        /^serinus: \S+:nobody may not get canaries\.flagger\.app "podinfo"/,
      );
      reported(
        await run(args, { SERINUS_TOKEN: '' }),
        1,
        /there is no bearer token\n {2}give a token with --token-file/,
      );
    }
  });

  test('by adopt, whose rights are those of its kubeconfig', async () => {
    const { server: kube } = clusterClient({ kubeconfig: kubeconfig() });
    const token = await account(bench.world.client, ns, 'adopter', [], 'https://kubernetes.default.svc');
    const file = join(scratch, 'kubeconfig');
    const cluster = { name: 'it', cluster: { server: kube, 'insecure-skip-tls-verify': true } };
    const context = { name: 'it', context: { cluster: 'it', user: 'it' } };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [cluster],
      contexts: [context],
      users: [{ name: 'it', user: { token } }],
    };
    writeFileSync(file, stringify({ ...config, 'current-context': 'it' }));
    reported(
      await run(['adopt', '-n', ns, '--kubeconfig', file]),
      1,
      /^serinus: [\w.]+ is forbidden: User "\S+:adopter" cannot list resource "\w+" in API group/m,
    );
  });
});
