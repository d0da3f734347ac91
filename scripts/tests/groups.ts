import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiledTest } from './compile.js';
import type { Durations } from './durations.js';

/** Where the files stand that load several others; `runner.mjs` knows it, too. */
const FOLDER = 'dist/tests/groups';

/**
 * What changes something that a process has once, or counts what a process uses up. A file that does so has a process of
 * its own.
 */
const ALONE =
  /\bprocess\.(?:chdir|exit|on)\b|\bprocess\.env(?:\.\w+|\[[^\]]+\]) (?:\?\?)?= |\bdelete process\.env|\bmock\.|\bglobalThis\b|\bRuntime\.install\b|\/harness\/cost\.js'/;

/**
 * Files whose tests have workers and queues of their own, and mostly wait for timers: several of their tests go on at once.
 * How much a task does while it has the processor to itself is not among what they may look at.
 */
const WAITING = /^test\/workflows\/(?!task-work)/;
const WAITING_AT_ONCE = 3;

/**
 * Puts tests into few processes: to start one and to load the same modules again costs more than most of them take. Each
 * file is a suite there, so that what it does before and after its tests stays its own.
 *
 * @param files sources
 * @param processes how many, besides those for files that can't share one
 * @returns what is to be run, compiled: files, and files that load several of them
 */
export function grouped(files: readonly string[], processes: number, durations: Durations): string[] {
  const alone = files.filter((file) => ALONE.test(readFileSync(file, 'utf8')));
  const together = durations.longestFirst(files.filter((file) => !alone.includes(file)));
  const groups = Array.from({ length: Math.min(processes, together.length) }, () => ({ files: [] as string[], ms: 0 }));
  for (const file of together) {
    const emptiest = groups.reduce((a, b) => (b.ms < a.ms ? b : a));
    emptiest.files.push(file);
    emptiest.ms += durations.of(file);
  }
  mkdirSync(FOLDER, { recursive: true });
  return [
    ...groups.map(({ files: members }, index) => load(members, index)),
    ...durations.longestFirst(alone).map(compiledTest),
  ];
}

function load(files: readonly string[], index: number): string {
  const path = join(FOLDER, `${index}.js`);
  const suites = files.map((file) => {
    const concurrency = WAITING.test(file) ? WAITING_AT_ONCE : 1;
    return `describe('${file}', { concurrency: ${concurrency} }, async () => void (await import('${url(compiledTest(file))}')));\n`;
  });
  writeFileSync(path, [`import { describe } from 'node:test';\n`, ...suites].join(''));
  return path;
}

function url(path: string): string {
  return pathToFileURL(resolve(path)).href;
}
