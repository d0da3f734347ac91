import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = fileURLToPath(new URL('../..', import.meta.url));
const NAME = /\bserinus\.dev\/[a-z][a-z-]*/g;

/** Annotations and labels that are named in a text, each once. */
function named(text: string): readonly string[] {
  return [...new Set(text.match(NAME) ?? [])].sort();
}

function sources(): string {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n');
}

test('docs/annotations.md has the annotations that are in the sources, and no others', () => {
  const inSources = named(sources());
  assert.ok(inSources.length > 10, `${inSources.length} found`);
  assert.deepEqual(named(readFileSync(join(root, 'docs/annotations.md'), 'utf8')), inSources);
});

test('each annotation of docs/annotations.md has a row', () => {
  const page = readFileSync(join(root, 'docs/annotations.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(serinus\.dev\/[a-z-]+)`/gm)].map(([, name]) => name ?? '');
  assert.deepEqual(rows.toSorted(), named(page));
});
