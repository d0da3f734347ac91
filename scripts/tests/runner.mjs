// `node scripts/tests/runner.mjs LIST REPORT AT_ONCE`: runs the test files that the file LIST names, in its order, as
// Node's test runner does. (Its command line would sort them.) Says in REPORT, in a line of JSON for each file, how long
// its tests took, whether one has failed, and what it failed of.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const [list, report, atOnce] = process.argv.slice(2);
const found = new Map();

/** Where several files share a process, each is a suite that bears its name: see `groups.ts`. */
const GROUPS = resolve('dist/tests/groups');
const fileOf = ({ file, name, nesting }) =>
  file.startsWith(GROUPS) && nesting === 0 ? resolve('dist/tests', name.replace(/\.ts$/, '.js')) : file;

function note(data, failed) {
  const { nesting, details } = data;
  if (data.file === undefined) return;
  const file = fileOf(data);
  const before = found.get(file) ?? { ms: 0, failed: false, errors: [] };
  // What stands within a test is part of its time.
  const ms = nesting === 0 ? before.ms + details.duration_ms : before.ms;
  const errors = failed ? [...before.errors, ...errorOf(data)] : before.errors;
  found.set(file, { ms, failed: before.failed || failed, errors });
}

/** A test that has only failed because one within it has says nothing new. */
function errorOf({ name, details: { error } }) {
  if (error?.failureType === 'subtestsFailed') return [];
  return [`${name}: ${error?.cause?.message ?? error?.message ?? error}`];
}

const tests = run({ files: readFileSync(list, 'utf8').split('\n').filter(Boolean), concurrency: Number(atOnce) });
tests.on('test:pass', (data) => note(data, false));
tests.on('test:fail', (data) => {
  const failed = data.todo === undefined;
  note(data, failed);
  if (failed) process.exitCode = 1;
});
tests.compose(new spec()).pipe(process.stdout);
tests.on('end', () => {
  writeFileSync(report, [...found].map(([file, one]) => JSON.stringify({ file, ...one })).join('\n'));
});
