// `npm run build [-- --out FOLDER]`: checks the types of `src` and puts into `dist/` the servers, the workflows' bundle, the
// web page, the client for programs, and the command line as one file. What was there before is replaced when everything has succeeded, not earlier.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeBundle } from '../src/worker/bundle.js';
import { bundleCommandLine, bundleServers, FILE as COMMAND } from './cli/bundle.js';
import { buildPage } from './web.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = 'workflow-bundle.js';

class BuildFailed extends Error {}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
  const out = resolve(root, values.out);
  // Beside the result, so that the source maps' paths are right from there, too.
  const draft = `${out}.building`;
  const began = Date.now();
  try {
    rmSync(draft, { recursive: true, force: true });
    checkTypes();
    mkdirSync(draft, { recursive: true });
    await bundle(draft);
    await buildPage(join(draft, 'web'));
    buildClient(join(draft, 'client'));
    await bundleCommandLine(draft);
    for (const file of [await bundleServers(draft), join(draft, COMMAND)]) chmodSync(file, 0o755);
    rmSync(out, { recursive: true, force: true });
    renameSync(draft, out);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!(error instanceof BuildFailed)) throw error;
    console.error(`build: ${error.message}; ${out} is as it was`);
    return 1;
  }
  console.log(`build: ${describe(out)} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return 0;
}

function checkTypes(): void {
  compile('--project', join(root, 'tsconfig.build.json'));
}

/** Module by module, with their types: what uses it is bundled by whoever uses it. */
function buildClient(out: string): void {
  compile('--project', join(root, 'tsconfig.client.json'), '--outDir', out);
}

function compile(...args: readonly string[]): void {
  const tsc = join(root, 'node_modules', 'typescript-native', 'bin', 'tsc');
  const { status, error } = spawnSync(process.execPath, [tsc, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error) throw error;
  if (status !== 0) throw new BuildFailed('the sources have the type errors above');
}

async function bundle(out: string): Promise<void> {
  try {
    writeFileSync(join(out, BUNDLE), (await makeBundle()).code);
  } catch (error) {
    throw new BuildFailed(`the workflows can't be bundled: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function describe(out: string): string {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  const kilobytes = Math.round(statSync(join(out, BUNDLE)).size / 1024);
  return `${files.length} files and a workflow bundle of ${kilobytes} KB in ${out}`;
}

process.exitCode = await main();
