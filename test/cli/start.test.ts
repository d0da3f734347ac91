import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { withWatcher } from '../../src/cli/commands/watch.js';
import { createProgram } from '../../src/cli/program.js';
import { LOADED_ALONE, programFor } from '../../src/cli/start.js';
import { serinusArguments } from '../harness/serinus.js';
import { sourcesIn } from '../harness/source-map.js';

const scratch = mkdtempSync(join(tmpdir(), 'serinus-start-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Has a process write down which modules it loads. */
const list = join(scratch, 'loaded');
const hooks = join(scratch, 'hooks.mjs');
const registering = join(scratch, 'register.mjs');
writeFileSync(
  hooks,
  `import { appendFileSync } from 'node:fs';
export const load = (url, context, next) => (appendFileSync(${JSON.stringify(list)}, url + '\\n'), next(url, context));`,
);
writeFileSync(
  registering,
  `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(hooks).href)});`,
);

/** What a build has put into the file that was loaded. */
function bundledIn(url: string): readonly string[] {
  const map = new URL(`${url}.map`);
  return map.protocol === 'file:' && existsSync(map) ? sourcesIn(map) : [];
}

/** The packages that a command loads, beyond what the test runner itself needs. */
function packagesOf(...args: readonly string[]): ReadonlySet<string> {
  rmSync(list, { force: true });
  const node = ['--import', pathToFileURL(registering).href, ...serinusArguments(args)];
  const { status, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.ok(existsSync(list));
  const loaded = readFileSync(list, 'utf8').split('\n').filter(Boolean);
  const found = loaded.flatMap((url) => [url, ...bundledIn(url)]).join('\n');
  return new Set([...found.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name = '']) => name));
}

test('every command is loaded by itself, and is the same as in the whole', async () => {
  const whole = createProgram();
  const names = whole.commands.map((command) => command.name()).filter((name) => name !== '__complete');
  assert.deepEqual([...LOADED_ALONE].sort(), [...names].sort());
  for (const name of names) {
    const program = await programFor('serinus', ['node', 'serinus', name]);
    const [alone, ...others] = program.commands;
    assert.deepEqual(others, []);
    const same = whole.commands.find((command) => command.name() === name);
    assert.equal(alone?.helpInformation(), same?.helpInformation(), name);
  }
});

test('what names no command has the whole command line', async () => {
  for (const args of [[], ['--help'], ['nonsense'], ['constructor'], ['__complete', '--', 'get', '']]) {
    const program = await programFor('serinus', ['node', 'serinus', ...args]);
    assert.equal(program.commands.length, createProgram().commands.length, args.join(' '));
  }
});

test('watch with a Canary is for people, without one it is the server', () => {
  const named = (...rest: readonly string[]): string | undefined => withWatcher(['node', 'serinus', ...rest])[2];
  const people = [
    'podinfo',
    '-n test podinfo',
    'podinfo --until-end',
    '-o json podinfo',
    '--help',
    'podinfo --mesh-provider x',
  ];
  for (const rest of people) assert.equal(named('watch', ...rest.split(' ')), 'watch', rest);
  const servers = [
    '--mesh-provider apisix',
    '--namespace test',
    '--lease-seconds 6 --health-port 0',
    '--log-level=debug',
  ];
  for (const rest of servers) assert.equal(named('watch', ...rest.split(' ')), 'watcher', rest);
  assert.equal(named('watch'), 'watcher');
  assert.equal(named('get', 'watch'), 'get');
});

/** What takes long to load, and servers alone need. */
const OF_SERVERS = [
  '@aws-sdk/client-cloudwatch',
  '@kubernetes/client-node',
  '@temporalio/client',
  '@temporalio/worker',
  'fastify',
  'google-auth-library',
  'jose',
  'kysely',
];

test('the version is printed without loading anything else', () => {
  const loaded = [...packagesOf('--version')].filter((name) => !['commander', 'tsx'].includes(name));
  assert.deepEqual(loaded, []);
});

for (const command of ['get', 'status', 'approve', 'history', 'watch', 'completion', 'crds']) {
  test(`${command} loads nothing that only servers need`, () => {
    const loaded = packagesOf(command, '--help');
    assert.ok(loaded.has('commander'));
    assert.deepEqual(
      OF_SERVERS.filter((name) => loaded.has(name)),
      [],
    );
  });
}
