import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The paths for which a browser gets the page: the page itself decides what to show. */
export const PAGE_PATHS = [
  '/',
  '/canaries/:namespace/:name',
  '/releases',
  '/releases/:id',
  '/compare',
  '/check',
] as const;

/**
 * The folder of the built page: beside the compiled sources, or in `dist/` of a checkout.
 *
 * @returns undefined where it isn't built
 */
export function pageFolder(): string | undefined {
  const path = import.meta.url.endsWith('.ts') ? '../../../dist/web/' : '../../../web/';
  const folder = fileURLToPath(new URL(path, import.meta.url));
  return existsSync(`${folder}index.html`) ? folder : undefined;
}

/** The page's first file. @returns undefined where the folder doesn't have it */
export function pageText(folder: string): string | undefined {
  const path = join(folder, 'index.html');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
