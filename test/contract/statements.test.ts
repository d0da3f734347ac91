import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ASSERTED } from './statements/asserted.js';
import { DIFFERENCES } from './statements/differences.js';
import { END_TO_END } from './statements/end-to-end.js';
import { PROMISES } from './statements/promises.js';
import { FAULTS } from './statements/faults.js';
import { LIFECYCLE_ASSERTED } from './statements/lifecycle.js';
import { REPORTS } from './statements/reports.js';
import type { Statement } from './statements/statement.js';
import { USERS } from './statements/users.js';

// Section 10 of the contract: each of its statements is shown by a test, or its line in docs/differences.md says why not.

const root = fileURLToPath(new URL('../../', import.meta.url));
const differences = readFileSync(`${root}docs/differences.md`, 'utf8');

const NUMBERS = 44;
const NUMBERED = { ...LIFECYCLE_ASSERTED, ...ASSERTED };

/** As the file writes it: a test's name in any of the three kinds of quotes. */
function names(file: string, name: string): boolean {
  const text = readFileSync(`${root}test/${file}`, 'utf8');
  return ["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote}`)) || isPartOfACase(file, text, name);
}

/** Cases of a contract suite are data: what they show is named by a part of it. */
function isPartOfACase(file: string, text: string, name: string): boolean {
  return !file.endsWith('.test.ts') && text.includes(name);
}

function holds(statements: Readonly<Record<string, Statement>>): void {
  for (const [key, { says, shown, differs }] of Object.entries(statements)) {
    test(`${key}: ${says}`, () => {
      assert.ok(Object.keys(shown).length > 0);
      for (const [file, tests] of Object.entries(shown)) {
        assert.ok(existsSync(`${root}test/${file}`), `test/${file} doesn’t exist`);
        for (const name of tests) assert.ok(names(file, name), `test/${file} has no test "${name}"`);
      }
      if (differs !== undefined) assert.ok(differences.includes(differs), `differences.md doesn’t say "${differs}"`);
    });
  }
}

describe('10.1', () => {
  test('every number is there', () => {
    assert.deepEqual(
      Object.keys(NUMBERED).map(Number),
      Array.from({ length: NUMBERS }, (_, index) => index + 1),
    );
  });
  holds(NUMBERED);
});

describe('10.2', () => holds(END_TO_END));
describe('10.3', () => holds(PROMISES));
describe('reports', () => holds(REPORTS));
describe('faults', () => holds(FAULTS));
describe('users', () => holds(USERS));

describe('docs/differences.md', () => {
  holds(
    Object.fromEntries(
      Object.entries(DIFFERENCES).map(([differs, shown]) => [differs, { says: 'is otherwise here', shown, differs }]),
    ),
  );

  test('each of its lines is shown by something', () => {
    const tables = [NUMBERED, END_TO_END, PROMISES, REPORTS, FAULTS, USERS];
    const shown: readonly Statement[] = tables.flatMap((table) => Object.values(table));
    const words = [...Object.keys(DIFFERENCES), ...shown.flatMap(({ differs }) => differs ?? [])];
    const lines = differences
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (-|(Flagger|Provider|What) +\|)/.test(line));
    assert.ok(lines.length > 90, `${lines.length} lines`);
    assert.deepEqual(
      lines.filter((line) => !words.some((one) => line.includes(one))).map((line) => line.slice(0, 100)),
      [],
    );
  });
});
