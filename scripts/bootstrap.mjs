// Gets a fresh clone ready, with nothing but Node itself: installs the locked dependencies when they
// are missing or older than the lock file. Used by every npm script, so it must not import a package.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { alone, enter, leave, othersIn, registerOf } from './checkout.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = `${root}node_modules/.serinus-lock`;
const MIN_NODE = [20, 19];

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  console.error(`Serinus needs Node.js ${MIN_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/**
 * Installs the dependencies of package-lock.json unless node_modules already holds exactly those. Where they have to be
 * replaced while another command of this checkout runs, that command would lose them in the middle: then this one is
 * refused.
 *
 * @param {string} command what is to be run, as people know it
 */
export function bootstrap(command = 'scripts/bootstrap.mjs') {
  checkNode();
  const register = registerOf(root);
  // Written down before anybody looks: who installs sees everybody who has found things in order.
  enter(register, command);
  if (isInstalled()) return;
  leave(register);
  const wait = () => console.error('serinus: another command of this checkout installs its dependencies …');
  const refusal = alone(register, wait, () => {
    enter(register, command);
    return isInstalled() ? undefined : installUnlessUsed(register);
  });
  if (refusal === undefined) return;
  console.error(`serinus: ${refusal}`);
  process.exit(1);
}

/** @returns why not */
function installUnlessUsed(register) {
  const before = installed();
  // From here on nobody finds things in order.
  rmSync(stampFile, { force: true });
  const others = before === undefined ? [] : othersIn(register);
  if (others.length === 0) return install();
  writeFileSync(stampFile, before);
  const named = others.map(({ pid, command }) => `${command} (process ${pid})`).join(', ');
  return `package-lock.json has changed, and this checkout is in use, so its dependencies can't be replaced now: ${named}. Run the command again when it has ended.`;
}

function isInstalled() {
  return installed() === locked();
}

function installed() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
}

function locked() {
  return createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex');
}

/** @returns why not */
function install() {
  console.error('serinus: installing dependencies (npm ci) …');
  const lock = locked();
  const started = Date.now();
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) {
    return 'npm ci failed (see above). Check that the npm registry can be reached, then run the command again.';
  }
  writeFileSync(stampFile, lock);
  console.error(`serinus: dependencies installed in ${Math.round((Date.now() - started) / 1000)} s`);
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) bootstrap();
