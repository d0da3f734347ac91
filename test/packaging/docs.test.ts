import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { USAGE } from '../../demo/cli/arguments.js';
import { PAGES, withTables } from '../../scripts/manifests/tables.js';
import { withTwoDashes } from '../../src/cli/flags/flagger-flags.js';
import { parseCanary } from '../../src/crds/canary.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { searchAttributes } from '../../src/workflows/contract.js';
import { commandNamed } from './command-line.js';
import { FOREIGN_TEXT } from '../../src/check/manifest.js';
import { APPROVALS_BOUNDS } from '../../src/crds/approvals.js';
import { excessOf } from '../../src/crds/bounded/spec.js';
import { JUDGEMENT_BOUNDS } from '../../src/crds/judgement.js';
import { LONGEST_SETTING } from '../../src/crds/own-settings.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8');

for (const name of PAGES) {
  test(`docs/${name} has its tables from the sources`, () => {
    assert.equal(page(name), withTables(page(name)), 'run node scripts/run.mjs scripts/manifests.ts');
    assert.match(page(name), /<!-- table: /);
  });
}

for (const name of [
  'install.md',
  'operating.md',
  'security.md',
  'demo.md',
  'migrate.md',
  'kind.md',
  'walkthrough.md',
]) {
  describe(`docs/${name}`, () => {
    test('names tests and files that are there', () => {
      const tests = [...page(name).matchAll(/`(test\/[\w/.-]+)`/g)].map(([, path]) => path ?? '');
      const links = [...page(name).matchAll(/\]\((\.\.\/[^)#]+)/g)].map(([, path]) => join('docs', path ?? ''));
      for (const path of [...tests, ...links]) assert.ok(existsSync(join(root, path)), path);
    });
  });
}

test('docs/install.md has all search attributes, of their types', () => {
  const text = page('install.md');
  const [, keywords = ''] = /for name in ([\s\S]*?); do/.exec(text) ?? [];
  const ofType = (type: string) =>
    Object.values(searchAttributes).flatMap((key) => (key.type === type ? [key.name] : []));
  assert.deepEqual(keywords.split(/[\s\\]+/).sort(), ofType('KEYWORD').sort());
  const integers = [...text.matchAll(/"?(\w+)=Int/g)].map(([, name]) => name);
  assert.deepEqual(integers, ofType('INT'));
});

const { meshProvider: defaultProvider, metricsServer: defaultMetricsServer } = DEFAULT_SETTINGS;

test('the first Canary of docs/install.md is a valid one', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page('install.md')) ?? [];
  const parsed = parseCanary(parse(yaml), { defaultProvider, defaultMetricsServer });
  assert.ok(parsed.ok, JSON.stringify(parsed));
});

for (const name of readdirSync(join(root, 'docs/routers'))) {
  test(`docs/routers/${name} has a Canary, and a valid one`, () => {
    const examples = [...page(join('routers', name)).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? '');
    const objects = examples.flatMap((yaml) => parseAllDocuments(yaml).map((document) => document.toJS() as unknown));
    const canaries = objects.filter((object) => JSON.stringify(object)?.includes('"kind":"Canary"'));
    assert.ok(canaries.length > 0);
    for (const canary of canaries) {
      const parsed = parseCanary(canary, { defaultProvider, defaultMetricsServer });
      assert.ok(parsed.ok, JSON.stringify(parsed));
    }
  });
}

test('docs/architecture.md names every folder of src', () => {
  const reported = new Set([...page('architecture.md').matchAll(/`src\/([a-z]+)`/g)].map(([, folder]) => folder));
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(
    folders.map(({ name }) => name).filter((folder) => !reported.has(folder)),
    [],
  );
});

test('docs/demo.md has the flags of the demo', () => {
  const flags = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, flag]) => flag).sort();
  assert.deepEqual(flags(page('demo.md'), /^\| `(--[a-z-]+)/gm), flags(USAGE, /^ {2}(--[a-z-]+)/gm));
});

test('folders of deploy/kustomize are all explained', () => {
  const explained = [...page('install.md').matchAll(/^\| `([\w-]+)` /gm)].map(([, name]) => name ?? '');
  for (const folder of explained.filter((name) => /^[a-z]/.test(name))) {
    const path = join(root, 'deploy/kustomize', folder, 'kustomization.yaml');
    assert.ok(existsSync(path), dirname(path));
  }
});

test('docs/migrate.md maps flags of Flagger that are taken, and all that have no effect or are refused', () => {
  const mapped = [...page('migrate.md').matchAll(/^\| (`-[^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`-([a-z-]+)`/g)].map(([, flag = '']) => flag),
  );
  for (const flag of mapped) assert.match(withTwoDashes([`-${flag}=x`])[0] ?? '', /^--/, `-${flag}`);
  const hidden = commandNamed('all').options.filter((option) => option.hidden);
  const missing = hidden.map(({ long }) => long?.slice(2) ?? '').filter((flag) => !mapped.includes(flag));
  assert.ok(hidden.length > 5);
  assert.deepEqual(missing, []);
});

test('the README leads to every page of docs', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  assert.deepEqual(
    pages.filter((name) => !readme.includes(`(docs/${name})`)),
    [],
  );
});

test('docs/walkthrough.md has the events that the walkthrough is tested for, in their order', () => {
  const found = (text: string, event: RegExp) => [...text.matchAll(event)].map(([, found]) => found);
  const source = readFileSync(join(root, 'test/release/walkthrough.test.ts'), 'utf8');
  const tested = found(source, /'(\[(?:Normal|Warning)\] .+?)'(?=[,;\]])/g);
  assert.ok(tested.length > 10);
  const reported = found(page('walkthrough.md'), /^\s*(\[(?:Normal|Warning)\] .+)$/gm);
  assert.deepEqual(reported.slice(0, tested.length), tested);
});

test('docs/security.md has the bounds of texts that the sources have', () => {
  const rows = page('security.md')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const said = (about: string): readonly number[] => {
    const row = rows.find((line) => line.includes(about)) ?? assert.fail(`no row is about ${about}`);
    return [...(row.split('|')[2] ?? '').matchAll(/\d[\d,]*/g)].map(([number]) => Number(number.replaceAll(',', '')));
  };
  for (const [about, { characters, tokens, depth }] of [
    ['serinus.dev/approvals', APPROVALS_BOUNDS],
    ['serinus.dev/judgement', JUDGEMENT_BOUNDS],
  ] as const) {
    assert.deepEqual(said(about), [characters, tokens, depth]);
  }
  assert.deepEqual(said('that are read like fields'), [LONGEST_SETTING]);
  const [kib, levels = 0, entries = 0] = said('the spec of a Canary');
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
  for (const [fits, exceeds] of [
    [{ a: 'x'.repeat((kib ?? 0) * 1024 - 50) }, { a: 'x'.repeat((kib ?? 0) * 1024) }],
    [nested(levels), nested(levels + 1)],
    [{ a: Array(entries).fill(1) }, { a: Array(entries + 1).fill(1) }],
  ]) {
    assert.equal(excessOf(fits), undefined);
    assert.ok(excessOf(exceeds));
  }
  assert.deepEqual(said('a manifest in YAML').at(-1), FOREIGN_TEXT.characters / 1024);
});
