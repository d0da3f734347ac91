// `npm run screenshots [-- FOLDER]`: pictures of the page's states, wide and narrow, light and dark, in both languages, and
// a sheet with all of them. It runs the tests that look at them, so that a picture is of a page in which nothing is wrong.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from './web.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const TESTS = 'test/web/pages.test.ts';
const SHEET = 'index.html';

async function main([given = 'screenshots']: readonly string[]): Promise<number> {
  const folder = resolve(root, given);
  mkdirSync(folder, { recursive: true });
  await buildPage();
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', TESTS], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, SERINUS_SCREENSHOTS: folder },
  });
  const pictures = readdirSync(folder).filter((name) => name.endsWith('.png'));
  writeFileSync(join(folder, SHEET), sheetOf(pictures));
  console.log(`${pictures.length} pictures in ${join(folder, SHEET)}`);
  return status ?? 1;
}

function sheetOf(pictures: readonly string[]): string {
  const figures = pictures.map(
    (name) =>
      `<figure><a href="${name}"><img src="${name}" loading="lazy" alt=""></a><figcaption>${name}</figcaption></figure>`,
  );
  return [
    '<!doctype html><meta charset="utf-8"><title>Serinus, page by page</title>',
    '<style>body{font:14px sans-serif;display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:16px}',
    'figure{margin:0}img{width:100%;border:1px solid #ccc}</style>',
    ...figures,
  ].join('\n');
}

process.exitCode = await main(process.argv.slice(2));
