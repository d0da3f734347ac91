import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';

interface Rule {
  readonly name: string;
  readonly comment?: string;
}

/** Files that a folder may hold beside each other before nobody finds anything. */
const MOST = 20;
const ARCHITECTURE = readFileSync('docs/architecture.md', 'utf8');

/** What the rule file lets each folder of `src` import, without the files beside the folders. */
function allowed(): ReadonlyMap<string, readonly string[]> {
  const { forbidden } = createRequire(import.meta.url)(`${process.cwd()}/.dependency-cruiser.cjs`) as {
    readonly forbidden: readonly Rule[];
  };
  const borders = forbidden.filter(({ name }) => name.startsWith('border-of-') && !name.endsWith('.ts'));
  return new Map(
    borders.map(({ name, comment = '' }) => {
      const parts = (comment.split(' may import ')[1] ?? '').split(', ');
      return [name.slice('border-of-'.length), parts.filter(isPartOfFolder)];
    }),
  );
}

function isPartOfFolder(part: string): boolean {
  return part !== '' && !part.startsWith('nothing') && (part.includes('/') || !part.endsWith('.ts'));
}

/** The same as the table in docs/architecture.md has it. */
function documented(): ReadonlyMap<string, readonly string[] | 'everything'> {
  const rows = [...ARCHITECTURE.matchAll(/^\| `src\/([^`]+)` +\|[^|]*\|([^|]*)\|$/gm)];
  return new Map(
    rows.map(([, folder = '', cell = '']) => [
      folder,
      cell.trim() === 'everything' ? 'everything' : [...cell.matchAll(/`([^`]+)`/g)].map(([, part = '']) => part),
    ]),
  );
}

function foldersBelow(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());
  return names.flatMap((name) => [join(folder, name), ...foldersBelow(join(folder, name))]);
}

test('the table of borders in docs/architecture.md is the rule file’s', () => {
  const rules = allowed();
  const table = documented();
  assert.ok(rules.size > 20);
  for (const [folder, parts] of rules) assert.deepEqual(table.get(folder), parts, `src/${folder}`);
  for (const [folder, parts] of table) {
    if (parts === 'everything') assert.ok(!rules.has(folder), `src/${folder} has a rule`);
    else assert.ok(rules.has(folder), `src/${folder} has no rule`);
  }
});

test('every folder of src stands in the table', () => {
  const table = documented();
  const folders = readdirSync('src').filter((name) => statSync(join('src', name)).isDirectory());
  assert.deepEqual(
    folders.filter((name) => !table.has(name)),
    [],
  );
});

test(`no folder of src holds more than ${MOST} files beside each other`, () => {
  const full = ['src', ...foldersBelow('src')].flatMap((folder) => {
    const count = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile()).length;
    return count > MOST ? [`${folder}: ${count}`] : [];
  });
  assert.deepEqual(full, []);
});

test('every file that the walks through the source name is there', () => {
  const [, walks = ''] = ARCHITECTURE.split('## Five files for a change');
  const [table = ''] = walks.split('\n## ');
  const paths = [...table.matchAll(/`((?:src|test|docs)\/[^`<]+)`/g)].map(([, path = '']) => path);
  assert.ok(paths.length >= 15);
  for (const path of paths) assert.ok(statSync(path, { throwIfNoEntry: false }), path);
});
