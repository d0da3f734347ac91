import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { groupsIn, pathOf } from '../../docs/.vitepress/sidebar.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'serinus-site-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !name.startsWith('.'))
  .map((name) => name.replaceAll('\\', '/'));
const groups = groupsIn(readFileSync(join(root, 'docs/README.md'), 'utf8'));

test('docs/README.md has every page of docs, once', () => {
  const listed = groups.flatMap(({ items }) => items.map(({ link }) => link));
  assert.deepEqual(listed.sort(), pages.filter((page) => page !== 'README.md').sort());
  for (const kind of ['Tutorials', 'How-tos', 'Reference', 'Explanation']) {
    assert.ok((groups.find(({ text }) => text === kind)?.items.length ?? 0) > 3, kind);
  }
});

test('npm run docs makes a site whose sidebar leads to every page, and that asks nobody else for anything', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/docs.ts', scratch], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
  assert.doesNotMatch(stdout + stderr, /rror:|dead link/);
  const start = readFileSync(join(scratch, 'index.html'), 'utf8');
  for (const page of pages) {
    const path = pathOf(page);
    const file = path === '' || path.endsWith('/') ? `${path}index.html` : `${path}.html`;
    assert.ok(existsSync(join(scratch, file)), file);
    const title = /^# (.+)$/m.exec(readFileSync(join(root, 'docs', page), 'utf8'))?.[1] ?? '';
    assert.ok(readFileSync(join(scratch, file), 'utf8').includes(escaped(title)), `${file} has no "${title}"`);
    // The first page is where the site's name leads.
    if (path !== '') assert.ok(start.includes(`href="/${path.endsWith('/') ? path : `${path}.html`}"`), path);
  }
  const loaded = [...start.matchAll(/<(?:script|link|img)\b[^>]*\b(?:src|href)="([^"]+)"/g)].map(
    ([, url]) => url ?? '',
  );
  assert.ok(loaded.length > 3);
  assert.deepEqual(
    loaded.filter((url) => !url.startsWith('/')),
    [],
  );
  const chunks = readdirSync(join(scratch, 'assets'), { recursive: true, encoding: 'utf8' });
  assert.ok(
    chunks.some((name) => name.includes('localSearchIndex')),
    'the search has its index with it',
  );
  // Of query templates, which a template of a page would take for its own.
  assert.match(readFileSync(join(scratch, 'metrics.html'), 'utf8'), /\{\{ target \}\}/);
});

function escaped(text: string): string {
  return text.replaceAll('`', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
