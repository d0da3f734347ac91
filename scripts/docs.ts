// `npm run docs [-- FOLDER]`: the pages of docs/ as a site with search, in dist/docs unless told otherwise. A link to a page
// that isn't there ends it.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function main([given = 'dist/docs']: readonly string[]): number {
  const out = resolve(root, given);
  const vitepress = join(root, 'node_modules', 'vitepress', 'bin', 'vitepress.js');
  const { status } = spawnSync(process.execPath, [vitepress, 'build', 'docs', '--outDir', out], {
    cwd: root,
    stdio: 'inherit',
  });
  rmSync(join(root, 'docs', '.vitepress', '.temp'), { recursive: true, force: true });
  if (status === 0) console.log(`docs: ${out}; any server of files shows it`);
  return status ?? 1;
}

process.exitCode = main(process.argv.slice(2));
