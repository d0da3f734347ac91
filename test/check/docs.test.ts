import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../src/check/', import.meta.url));

test('the documentation has every rule, and none that isn’t there', () => {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const text = sources.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const rules = new Set([...text.matchAll(/\brule: '([a-z-]+)'/g)].map(([, rule]) => rule));
  assert.ok(rules.size > 40);
  const page = readFileSync(new URL('../../docs/check.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z-]+)` +\| (?:error|warning|hint) /gm)].map(([, rule]) => rule);
  assert.deepEqual([...documented].sort(), [...rules].sort());
});
