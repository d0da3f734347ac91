import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const SETTING = 'SERINUS_CHROMIUM';
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const INSTALL_MS = 300_000;

/** Nothing that a browser does by itself: no update, no telemetry, no first steps. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A Chromium: the one that `SERINUS_CHROMIUM` names, the first on the PATH, or on Debian, for root, the distribution's own
 * package, which is installed then.
 *
 * @throws Error that names these choices where there is none
 */
export function findChromium(): string {
  const given = process.env[SETTING];
  if (given !== undefined) {
    if (existsSync(given)) return given;
    throw new Error(`${SETTING}: there is no file ${given}`);
  }
  const found = onPath() ?? (installed() ? onPath() : undefined);
  if (found !== undefined) return found;
  throw new Error(
    `no Chromium for the tests of the web page: put one on the PATH (${NAMES.join(', ')}), name one in ${SETTING}, ` +
      'or run the tests as root on Debian, where "apt-get install chromium" is done for you',
  );
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** By the distribution's own package manager, where there is one that this process may use. */
function installed(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  console.log('no Chromium on the PATH: apt-get install chromium …');
  const apt = (...args: readonly string[]): boolean =>
    spawnSync('/usr/bin/apt-get', [...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: INSTALL_MS,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  return apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium');
}
