// `npm run executable [-- --out FILE]`: the command line as one file that needs no Node.js, for the system and processor that
// it is made on (Node's single executable applications). The servers aren't in it: they need Temporal's native core.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { bundling, SMALL } from './bundle.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const WINDOWS = process.platform === 'win32';
/** What Node.js looks for in itself. @see https://nodejs.org/docs/latest-v20.x/api/single-executable-applications.html */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const SEGMENT = 'NODE_SEA';
const RESOURCE = 'NODE_SEA_BLOB';
/** Characters of what a run said. */
const SHOWN = 500;

/** Native modules, and what needs them. */
const LEFT_OUT: Plugin = {
  name: 'servers are left out',
  setup(plugin) {
    plugin.onLoad({ filter: /src\/processes\/engine\.ts$/ }, () => ({
      contents: `export async function runEngine() {
        throw new Error('this executable has no servers: run them from the container image or the npm package "serinus"');
      }`,
    }));
    // Who wants these does without.
    plugin.onResolve({ filter: /^(?:bufferutil|encoding|utf-8-validate)$/ }, ({ path }) => ({
      path,
      namespace: 'none',
    }));
    plugin.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: "throw new Error('left out');" }));
    plugin.onResolve({ filter: /^(?:libsql|pg-native|@temporalio\/core-bridge)$/ }, ({ path }) => ({
      path,
      external: true,
    }));
  },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: `dist/serinus${WINDOWS ? '.exe' : ''}` } },
  });
  const out = resolve(root, values.out);
  const scratch = mkdtempSync(join(tmpdir(), 'serinus-executable-'));
  try {
    const script = join(scratch, 'serinus.cjs');
    await bundleAll(script);
    const blob = join(scratch, 'serinus.blob');
    const config = join(scratch, 'sea.json');
    const wanted = { main: script, output: blob, disableExperimentalSEAWarning: true, useCodeCache: true };
    writeFileSync(config, JSON.stringify(wanted));
    run(process.execPath, ['--experimental-sea-config', config]);
    mkdirSync(dirname(out), { recursive: true });
    rmSync(out, { force: true });
    copyFileSync(process.execPath, out);
    chmodSync(out, 0o755);
    // A signature that no longer is right is worse than none.
    if (process.platform === 'darwin') run('codesign', ['--remove-signature', out]);
    await inject(out, blob);
    if (process.platform === 'darwin') run('codesign', ['--sign', '-', out]);
    const said = tried(out, scratch);
    console.log(`executable: serinus ${said} for ${process.platform} ${process.arch}, ${megabytes(out)} MB, in ${out}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs it in an empty folder, without anything of this machine. @returns its version */
function tried(executable: string, folder: string): string {
  const started = (...args: readonly string[]) =>
    spawnSync(executable, args, { cwd: folder, encoding: 'utf8', env: { HOME: folder } });
  const version = started('--version').stdout.trim();
  const crds = started('crds');
  const manifest = join(root, 'lab', 'manifests', 'canary.yaml');
  const check = started('check', '-f', manifest);
  const get = started('get', '--server', 'http://127.0.0.1:1');
  const completed = started('__complete', '--', 'appr');
  const servers = started('all');
  const right =
    /^\d+\.\d+\.\d+/.test(version) &&
    crds.stdout.includes('kind: CustomResourceDefinition') &&
    /a release takes at best \d+/.test(check.stdout) &&
    check.stderr === '' &&
    get.stderr.includes("can't be reached: ECONNREFUSED") &&
    completed.stdout === 'approve\n' &&
    servers.stderr.includes('has no servers');
  if (right) return version;
  const results = [crds, check, get, completed, servers]
    .map(({ stdout, stderr }) => stdout.slice(0, SHOWN) + stderr.slice(0, SHOWN))
    .join('\n');
  throw new Error(`the executable doesn't do what it should:\n${results}`);
}

async function bundleAll(script: string): Promise<void> {
  await build({
    ...bundling(),
    minifyWhitespace: true,
    minifyIdentifiers: true,
    keepNames: true,
    entryPoints: ['src/cli/executable.ts'],
    outfile: script,
    format: 'cjs',
    banner: { js: "const $here = require('node:url').pathToFileURL(__filename).href;" },
    define: {
      ...bundling().define,
      'import.meta.url': '$here',
    },
    plugins: [...SMALL, LEFT_OUT],
  });
}

async function inject(executable: string, blob: string): Promise<void> {
  const require = createRequire(import.meta.url);
  const postject = require('postject') as {
    inject(file: string, resource: string, data: Buffer, options: object): Promise<void>;
  };
  await postject.inject(executable, RESOURCE, readFileSync(blob), {
    sentinelFuse: FUSE,
    ...(process.platform === 'darwin' ? { machoSegmentName: SEGMENT } : {}),
  });
}

function run(program: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

function megabytes(file: string): number {
  return Math.round(statSync(file).size / 1024 / 1024);
}

await main();
