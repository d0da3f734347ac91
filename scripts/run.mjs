// `node scripts/run.mjs FILE [ARG …]`: bootstraps, builds the web page for what serves it, then runs a TypeScript file of
// this repository with tsx.
// Signals reach the child through the terminal's process group or are passed on here; the exit code is the child's.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bootstrap } from './bootstrap.mjs';
import { buildPage, servesPage } from './web.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run.mjs FILE [ARG …]');
  process.exit(2);
}
bootstrap([file, ...args].join(' '));
if (servesPage(file, args)) await buildPage();
const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
