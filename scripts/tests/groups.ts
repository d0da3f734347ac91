import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiledTest } from './compile.js';
import type { Durations } from './durations.js';

/** Where the files stand that load several others. */
const FOLDER = 'dist/tests/groups';

/** Enough for the last to end soon after the first. */
const GROUPS = 8;

/**
 * What hooks into every test of a process, or changes something that a process has once. A file that does so has a
 * process of its own.
 */
const ALONE = /^(?:before|after)(?:Each)?\(|\bprocess\.(?:env|chdir|exit|on)\b|\bmock\.|\bspawn|\bglobalThis\b/m;

/**
 * Puts tests that need no servers into few processes: to start one and to load the same modules again costs more than
 * most of them take.
 *
 * @param files sources
 * @returns what is to be run, compiled: files, and files that load several of them
 */
export function grouped(files: readonly string[], durations: Durations): string[] {
  const alone = files.filter((file) => ALONE.test(readFileSync(file, 'utf8')));
  const together = durations.longestFirst(files.filter((file) => !alone.includes(file)));
  const groups = Array.from({ length: Math.min(GROUPS, together.length) }, (): string[] => []);
  // By turns, so that each gets of the long ones and of the short.
  together.forEach((file, index) => groups[index % groups.length]?.push(file));
  mkdirSync(FOLDER, { recursive: true });
  return [...groups.map(load), ...durations.longestFirst(alone).map(compiledTest)];
}

function load(files: readonly string[], index: number): string {
  const path = join(FOLDER, `${index}.js`);
  writeFileSync(path, files.map((file) => `await import('${url(compiledTest(file))}');\n`).join(''));
  return path;
}

function url(path: string): string {
  return pathToFileURL(resolve(path)).href;
}
