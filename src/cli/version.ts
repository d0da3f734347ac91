import { existsSync, readFileSync } from 'node:fs';

/** Defined by the bundler of the command line, whose single file has no package.json beside it. */
declare const SERINUS_VERSION: string | undefined;

/** The version in package.json, from the sources as well as from the built package. */
export function version(): string {
  if (typeof SERINUS_VERSION === 'string') return SERINUS_VERSION;
  for (const path of ['../../package.json', '../../../package.json']) {
    const url = new URL(path, import.meta.url);
    if (!existsSync(url)) continue;
    return (JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version;
  }
  return '0.0.0';
}
