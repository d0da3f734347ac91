import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from '../process/groups.js';
import { cacheDirectory } from '../tools/cache.js';

const entrySchema = z.object({
  owner: z.number(),
  directory: z.string(),
  /** The lab made the directory itself, so it may go when its owner is gone. */
  temporary: z.boolean(),
});

export type RegistryEntry = z.infer<typeof entrySchema>;

function folder(): string {
  return join(cacheDirectory(), 'running');
}

function fileOf(owner: number, directory: string): string {
  return join(folder(), `${owner}-${Buffer.from(directory).toString('base64url').slice(-24)}.json`);
}

/** Makes a running lab known to `--status`. */
export function register(entry: RegistryEntry): void {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(fileOf(entry.owner, entry.directory), JSON.stringify(entry));
}

export function unregister({ owner, directory }: RegistryEntry): void {
  rmSync(fileOf(owner, directory), { force: true });
}

/** The labs whose owner is alive. What labs of dead owners have left behind is removed on the way. */
export function runningLabs(): RegistryEntry[] {
  const running: RegistryEntry[] = [];
  for (const entry of entries()) {
    if (isAlive(entry.owner)) {
      running.push(entry);
      continue;
    }
    if (entry.temporary) rmSync(entry.directory, { recursive: true, force: true });
    unregister(entry);
  }
  return running;
}

function entries(): RegistryEntry[] {
  mkdirSync(folder(), { recursive: true });
  return readdirSync(folder())
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const entry = readEntry(join(folder(), name));
      return entry ? [entry] : [];
    });
}

function readEntry(file: string): RegistryEntry | undefined {
  try {
    return entrySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // just being written, or just removed by its owner
  }
}
