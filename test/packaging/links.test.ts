import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** All pages, from the root of the repository. */
function pages(): readonly string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const below = docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
  return [
    'README.md',
    'README.zh.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'SECURITY.md',
    join('examples', 'README.md'),
    ...below,
  ];
}

/** What GitHub makes of the headings of a page, to be linked to. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...prose(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading ?? '');
  const shown = headings.map((heading) => heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase());
  return new Set(shown.map((heading) => heading.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')));
}

/** Without what stands in blocks of code. */
function prose(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
}

/** What is wrong with a link of a page; undefined where nothing is. */
function complaintAbout(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return `${page}: there is no ${target}`;
  if (anchor === undefined || statSync(join(root, target)).isDirectory()) return undefined;
  const anchors = anchorsOf(readFileSync(join(root, target), 'utf8'));
  return anchors.has(anchor) ? undefined : `${page}: ${target} has no heading #${anchor}`;
}

/** Pages that one gets to from a page by links, itself among them. */
function reachableFrom(page: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(page)) return found;
  found.add(page);
  for (const [, link = ''] of prose(readFileSync(join(root, page), 'utf8')).matchAll(
    /\]\((?!https?:|mailto:|#)([^)\s#]+)/g,
  )) {
    const target = join(dirname(page), link);
    if (target.endsWith('.md') && existsSync(join(root, target))) reachableFrom(target, found);
  }
  return found;
}

test('every page is reached from the README by links', () => {
  const reached = reachableFrom('README.md');
  assert.deepEqual(
    pages().filter((page) => !reached.has(page)),
    [],
  );
});

test('links between pages lead to files and headings that are there', () => {
  const links = pages().flatMap((page) =>
    [...prose(readFileSync(join(root, page), 'utf8')).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(
      ([, link = '']) => ({ page, link }),
    ),
  );
  assert.ok(links.length > 100, `${links.length} links`);
  assert.deepEqual(
    links.flatMap(({ page, link }) => complaintAbout(page, link) ?? []),
    [],
  );
});
