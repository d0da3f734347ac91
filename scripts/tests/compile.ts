import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { bundleServers } from '../cli/bundle.js';

/** Where tests are run from, below the repository's folder. */
const TESTS = 'dist/tests';
const FOLDERS = ['src', 'lab', 'demo', 'scripts', 'test', 'web/src', 'web/test', 'docs/.vitepress'];

/**
 * Compiles everything that tests load, once for all of their processes: to load TypeScript anew in each costs five times
 * as much processor time. Types are checked elsewhere. `import.meta.url` stays the source's, so that what is looked up
 * beside a file is found.
 */
export async function compileTests(): Promise<void> {
  rmSync(TESTS, { recursive: true, force: true });
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'));
  await Promise.all(sources.map((file) => compile(file)));
}

/** @returns where the compiled file of a test, or of what it loads, is */
export function compiledTest(file: string): string {
  return join(TESTS, file.replace(/\.tsx?$/, '.js'));
}

/** @returns the source of a compiled test, as it is named below the repository's folder */
export function sourceOfTest(compiled: string): string {
  return compiled.replace(`${TESTS}/`, '').replace(/\.js$/, '.ts');
}

/**
 * Compiles `src` for the processes that tests start, as a build has it.
 *
 * @returns the command line's main module
 */
export async function compileCli(): Promise<string> {
  rmSync('dist/server', { recursive: true, force: true });
  return bundleServers(resolve('dist'));
}

async function compile(file: string): Promise<void> {
  const to = compiledTest(file);
  const { code } = await transform(readFileSync(file, 'utf8'), {
    loader: file.endsWith('x') ? 'tsx' : 'ts',
    jsx: 'automatic',
    format: 'esm',
    target: 'node20',
    sourcefile: resolve(file),
    sourcemap: 'inline',
    sourcesContent: false,
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(resolve(file)).href) },
  });
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, code);
}
