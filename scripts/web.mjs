// Builds the web page, web/ to dist/web, where it isn't built from exactly these sources yet: a checkout serves its page
// without a step of its own. Used by run.mjs before anything that serves the page, and by build.ts.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'web');
/** In the built page's folder: what it was built from. Files with a dot are not served. */
const STAMP = '.built-from';

/** Bytes: below it, compressing saves nothing. */
const SMALLEST = 1024;

/** Commands of `serinus` that serve the page. */
const SERVERS = ['api', 'all'];
/** Programs of this repository that start one of them, or may. */
const STARTERS = ['demo/main.ts', 'lab/main.ts', 'scripts/test.ts'];

/** Whether a program, started with these arguments, serves the page. */
export function servesPage(file, args) {
  return STARTERS.includes(file) || (file === 'src/cli/main.ts' && SERVERS.includes(args[0]));
}

/**
 * @param {string} out folder; replaced as a whole when the new page is there
 * @throws Error where the page can't be built; what was there before stays
 */
export async function buildPage(out = join(root, 'dist', 'web')) {
  const wanted = hashOfSources();
  const stamp = join(out, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const began = Date.now();
  // Of its own, so that two builds at once can't mix.
  const draft = `${out}.${process.pid}`;
  const { build } = await import('vite');
  try {
    await build({ root: sources, logLevel: 'warn', build: { outDir: draft, emptyOutDir: true } });
    compress(join(draft, 'assets'));
    writeFileSync(join(draft, STAMP), wanted);
    rmSync(out, { recursive: true, force: true });
    renameSync(draft, out);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  console.error(`serinus: web page built in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** Beside each file of some size, what it is when it is compressed: the server picks what the browser takes. */
function compress(folder) {
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name));
    if (content.length < SMALLEST) continue;
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
  }
}

function hashOfSources() {
  const hash = createHash('sha256')
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .update(readFileSync(join(root, 'package-lock.json')));
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => !file.startsWith('test/') && statSync(join(sources, file)).isFile())
    .sort();
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(sources, file)));
  return hash.digest('hex');
}
