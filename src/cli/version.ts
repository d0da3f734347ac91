import { existsSync, readFileSync } from 'node:fs';

/** Put there by whoever makes one file of the command line: beside that there is no package.json to read. */
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
