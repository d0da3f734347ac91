import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import { z } from 'zod';
import { Collector } from '../harness/http/collector.js';
import { sourcesIn } from '../harness/source-map.js';
import { until } from '../harness/until.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'serinus-dist-'));
const main = join(scratch, 'dist', 'server', 'main.js');
/** What `serinus` is. */
const command = join(scratch, 'dist', 'serinus.js');

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().default(false) })),
});

const packSchema = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);

/** Builds into a folder that holds what a production install has, and nothing else. */
before(() => {
  const built = run(['--import', 'tsx', 'scripts/build.ts', '--out', join(scratch, 'dist')], root);
  assert.equal(built.status, 0, built.stderr);
  cpSync(join(root, 'package.json'), join(scratch, 'package.json'));
  for (const name of productionPackages()) {
    mkdirSync(dirname(join(scratch, name)), { recursive: true });
    symlinkSync(join(root, name), join(scratch, name));
  }
});

after(() => rmSync(scratch, { recursive: true, force: true }));

/** What `npm ci --omit=dev` installs at the top of node_modules. */
function productionPackages(): string[] {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  return Object.entries(packages)
    .filter(([path, { dev }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !dev && existsSync(join(root, path)))
    .map(([path]) => path);
}

function run(args: readonly string[], cwd = scratch) {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
}

/** Processor time of a command, milliseconds: the least of several runs, since other processes are in its way as well. */
function costOf(...args: readonly string[]): number {
  const reported =
    "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error(`cost ${user + system}`); })";
  const runs = Array.from({ length: 3 }, () => {
    const { stderr } = run(['--import', `data:text/javascript,${encodeURIComponent(reported)}`, ...args]);
    const [, cost = ''] = /cost (\d+)/.exec(stderr) ?? [];
    assert.notEqual(cost, '', stderr);
    return Number(cost) / 1000;
  });
  return Math.min(...runs);
}

/** Node.js alone takes about 40 ms on a machine of today: the command line then takes less than 150 ms. */
const TIMES_NODE = 5;

test('what people type starts in a moment', (t) => {
  const node = costOf('--eval', '0');
  for (const words of [['get'], ['status', 'podinfo']]) {
    const cost = costOf(command, ...words, '--server', 'http://127.0.0.1:1');
    t.diagnostic(`${words[0]}: ${Math.round(cost)} ms of processor time, Node.js alone ${Math.round(node)} ms`);
    assert.ok(cost < TIMES_NODE * node, `${words[0]} takes ${cost} ms, Node.js alone ${node} ms`);
  }
});

test('the built command runs, and may be executed as it is', () => {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  for (const file of [main, command]) {
    assert.equal(run([file, '--version']).stdout.trim(), version);
    assert.equal(statSync(file).mode & 0o111, 0o111);
  }
  assert.match(run([command, '--help']).stdout, /Servers:/);
});

test('the package holds the command and nothing that only contributors need, and runs in an empty folder', () => {
  const packed = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], {
    cwd: scratch,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  assert.equal(packed.status, 0, packed.stderr);
  const [{ filename, files }] = packSchema.parse(JSON.parse(packed.stdout));
  const strangers = files.filter(
    ({ path }) => !/^(package\.json|dist\/(client|server|web)\/.*|dist\/(workflow-bundle|serinus)\.js)$/.test(path),
  );
  assert.deepEqual(strangers, []);
  assert.ok(!files.some(({ path }) => path.endsWith('.map')));
  const empty = mkdtempSync(join(scratch, 'empty-'));
  assert.equal(spawnSync('tar', ['-xzf', join(scratch, filename), '-C', empty]).status, 0);
  symlinkSync(join(scratch, 'node_modules'), join(empty, 'package', 'node_modules'));
  const { bin } = z
    .object({ bin: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(empty, 'package', 'package.json'), 'utf8')));
  assert.deepEqual(Object.keys(bin), ['serinus', 'kubectl-serinus', 'kubectl_complete-serinus']);
  const command = join(empty, 'package', bin['serinus'] ?? '');
  assert.match(run([command, '--version'], empty).stdout, /^\d+\.\d+\.\d+\n$/);
  assert.match(run([command, 'get', '--help'], empty).stdout, /^Usage: serinus get/);
  assert.match(run([command, 'crds'], empty).stdout, /kind: CustomResourceDefinition/);
  const program = "import('serinus/client').then(({ SerinusClient }) => console.log(SerinusClient.name))";
  assert.equal(run(['--eval', program], join(empty, 'package')).stdout, 'SerinusClient\n');
  assert.ok(existsSync(join(empty, 'package', 'dist', 'client', 'index.d.ts')));
  const { status, stderr } = run([command, 'get', '--server', 'http://127.0.0.1:1'], empty);
  assert.notEqual(status, 0);
  assert.match(stderr, /127\.0\.0\.1:1/);
});

test('no module needs what only development has', () => {
  const program = `
    import { readdirSync } from 'node:fs';
    const files = readdirSync('dist/server').filter((file) => file.endsWith('.js'));
    for (const file of files) if (file !== 'main.js') await import('./dist/server/' + file);
    console.log(files.length);
    process.exit(0);
  `;
  const { status, stdout, stderr } = run(['--input-type', 'module', '--eval', program]);
  assert.equal(status, 0, stderr);
  assert.ok(Number(stdout.trim()) > 20, stdout);
});

test('a broken line is named by its place in the sources', () => {
  const folder = join(scratch, 'dist', 'server');
  const maps = readdirSync(folder).filter((file) => file.endsWith('.js.map'));
  const sources = maps.flatMap((file) => sourcesIn(join(folder, file)));
  assert.ok(
    sources.some((source) => source.endsWith('src/errors.ts')),
    sources.join('\n'),
  );
});

test('a worker from the build polls, says so to probes, sends traces, and ends when it is told to', async (t) => {
  const collector = await Collector.open();
  t.after(() => collector.close());
  const cluster = `dist-${process.pid}`;
  const { SERINUS_WORKFLOW_BUNDLE: _bundle, ...environment } = process.env;
  const args = ['worker', '--cluster-name', cluster, '--namespace', cluster, '--health-port', '0'];
  const child = spawn(process.execPath, [main, ...args, '--janitor-seconds', '1'], {
    cwd: scratch,
    env: { ...environment, ...collector.environment() },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));

  await until(() => log.includes('Started operator workers') || child.exitCode !== null, `a worker in ${log}`, 30_000);
  const health = /Health and metrics on (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1];
  assert.ok(health, log);
  await until(
    async () => (await axios.get(`${health}/readyz`, { validateStatus: () => true })).status === 200,
    'ready',
  );

  const sweeps = () => collector.spans.filter((span) => span.name === 'RunActivity:sweep');
  await until(() => sweeps().length > 0, `a span of the janitor’s activity in ${log}`, 30_000);
  const [sweep] = sweeps();
  assert.match(String(sweep?.attributes['temporalWorkflowId']), new RegExp(`^janitor/${cluster}/`));
  assert.equal(sweep?.traceId, String(sweep?.attributes['run_id']).replaceAll('-', ''));

  child.kill('SIGTERM');
  assert.equal(await exited, 0, log);
});
