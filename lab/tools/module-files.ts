import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { cacheDirectory } from './cache.js';
import { runCommand } from './run-command.js';
import { findOnPath } from './version.js';

/** Files of a Go module, at a pinned version: what a project publishes beside its programs. */
export interface ModuleFiles {
  readonly module: string;
  /** With its `v`. */
  readonly version: string;
  /** Paths inside the module. */
  readonly files: readonly string[];
}

const downloadSchema = z.object({ Dir: z.string() });

/**
 * The texts of a module's files, in the order asked for. Go fetches and verifies the module once; copies stay in the
 * lab's cache.
 *
 * @throws Error where they are not in the cache and Go can't fetch them
 */
export async function moduleFiles({ module, version, files }: ModuleFiles): Promise<string[]> {
  const folder = join(cacheDirectory(), 'modules', `${module.replaceAll('/', '_')}@${version}`);
  const cached = files.map((file) => join(folder, basename(file)));
  const read = () => Promise.all(cached.map((file) => readFile(file, 'utf8')));
  try {
    return await read();
  } catch {
    const source = await download(`${module}@${version}`);
    await mkdir(folder, { recursive: true });
    for (const [index, file] of files.entries()) {
      const target = cached[index] ?? '';
      await copyFile(join(source, file), `${target}.draft`);
      await rename(`${target}.draft`, target);
    }
    return read();
  }
}

async function download(module: string): Promise<string> {
  const go = process.env['SERINUS_LAB_GO'] ?? (await findOnPath('go'));
  if (!go) throw new Error(`${module} is fetched by Go, which is not installed`);
  const { code, output } = await runCommand(go, ['mod', 'download', '-json', module], {
    env: { ...process.env, GOWORK: 'off', GOFLAGS: '-mod=mod' },
    cwd: '/',
  });
  if (code !== 0) throw new Error(`go could not fetch ${module}: ${output.trim().split('\n').slice(-3).join('\n')}`);
  return downloadSchema.parse(JSON.parse(output.slice(output.indexOf('{')))).Dir;
}
