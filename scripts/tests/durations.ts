import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../../lab/tools/cache.js';

const UNKNOWN_MS = 10_000;

/** How long each test file took when it last ran on this machine, in milliseconds. */
export class Durations {
  private readonly path = join(cacheDirectory(), 'test-durations.json');
  private readonly ms: Map<string, number>;

  constructor() {
    this.ms = new Map(Object.entries(readNumbers(this.path)));
  }

  /** @returns the files, the longest first: what starts last then ends soon. Those not known come first of all. */
  longestFirst(files: readonly string[]): string[] {
    const of = (file: string): number => this.ms.get(file) ?? Infinity;
    return [...files].sort((a, b) => (of(a) === of(b) ? 0 : of(b) - of(a)));
  }

  /** @returns milliseconds; something middling for a file that hasn't run here yet */
  of(file: string): number {
    return this.ms.get(file) ?? UNKNOWN_MS;
  }

  note(file: string, ms: number): void {
    this.ms.set(file, ms);
  }

  save(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(this.path, JSON.stringify(Object.fromEntries(this.ms)));
  }
}

/** The order is a convenience: what can't be read is not known. */
function readNumbers(path: string): Record<string, number> {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
  } catch (error) {
    console.error(`the test files' durations in ${path} can't be read: ${String(error)}`);
    return {};
  }
}
