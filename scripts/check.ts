// `npm run check [-- [--fix] NAME …]`: everything that can be found out without running Serinus. Names choose some of the
// checks; --fix mends what can be mended by itself.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeBundle } from '../src/worker/bundle.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['src', 'lab', 'demo', 'scripts', 'test', 'web'];
const FIX = process.argv.includes('--fix');
/** Checks at once; the compiler and the linter each fill a core. */
const AT_ONCE = 2;

interface Outcome {
  readonly passed: boolean;
  readonly output: string;
}

interface Check {
  readonly name: string;
  readonly finds: string;
  readonly run: () => Promise<Outcome>;
}

/** The longest first. */
const CHECKS: readonly Check[] = [
  {
    name: 'lint',
    finds: 'mistakes oxlint knows (.oxlintrc.json)',
    run: () => tool('oxlint/bin/oxlint', FIX ? ['--fix'] : []),
  },
  { name: 'types', finds: 'type errors', run: () => tool('typescript-native/bin/tsc', ['--noEmit', '--pretty']) },
  {
    name: 'page',
    finds: 'type errors of the web page',
    run: () => tool('typescript-native/bin/tsc', ['--noEmit', '--pretty', '--project', 'web/tsconfig.json']),
  },
  {
    name: 'hooks',
    finds: 'mistakes in the page’s use of React (eslint.config.js)',
    run: () => tool('eslint/bin/eslint.js', [...(FIX ? ['--fix'] : []), 'web/src']),
  },
  {
    name: 'format',
    finds: 'files not formatted',
    run: () => tool('prettier/bin/prettier.cjs', [FIX ? '--write' : '--check', '.']),
  },
  {
    name: 'borders',
    finds: 'imports across borders (.dependency-cruiser.cjs)',
    run: () =>
      tool('dependency-cruiser/bin/dependency-cruise.mjs', ['--config', '.dependency-cruiser.cjs', ...FOLDERS]),
  },
  { name: 'dead', finds: 'code and packages nobody uses', run: () => tool('knip/bin/knip.js', ['--no-progress']) },
  { name: 'bundle', finds: 'what must not run in the sandbox', run: checkBundle },
];

async function main(): Promise<number> {
  const wanted = process.argv.slice(2).filter((argument) => argument !== '--fix');
  const unknown = wanted.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0) {
    console.error(`there is no check ${unknown.join(', ')}; there are ${CHECKS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const planned = wanted.length === 0 ? CHECKS : CHECKS.filter(({ name }) => wanted.includes(name));
  const failed = await runAll(planned);
  for (const { check, outcome } of failed) console.log(`\n── ${check.name}: ${check.finds}\n${outcome.output.trim()}`);
  const verdict = failed.length === 0 ? 'all checks passed' : `FAILED: ${failed.map((f) => f.check.name).join(', ')}`;
  console.log(`\n${verdict}`);
  return failed.length === 0 ? 0 : 1;
}

async function runAll(planned: readonly Check[]): Promise<{ check: Check; outcome: Outcome }[]> {
  const waiting = [...planned];
  const failed: { check: Check; outcome: Outcome }[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const began = Date.now();
      const outcome = await check.run();
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      console.log(`${outcome.passed ? '✔' : '✖'} ${check.name.padEnd(8)} ${seconds.padStart(5)} s`);
      if (!outcome.passed) failed.push({ check, outcome });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

/** Runs a program of node_modules. */
function tool(program: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (text: string): void => void (output += text);
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (code) => resolve({ passed: code === 0, output }));
  });
}

const MODULE = /^\/\*\*\*\/ "([^"]+)"/gm;
/** Our own code that is deterministic, Temporal's, and what that consists of. Webpack names what it leaves out `?…`. */
const ALLOWED =
  /^(\?\w+$|\.\/src\/(workflows|domain)\/|\.\/node_modules\/(@temporalio\/(workflow|common)|nexus-rpc|ms|long)\/)/;

/** Looks at what has really come into the workflows' bundle, by whichever way. */
async function checkBundle(): Promise<Outcome> {
  const { code } = await makeBundle();
  const modules = [...code.matchAll(MODULE)].map(([, name = '']) => name);
  const strangers = modules.filter((name) => !ALLOWED.test(name));
  if (!modules.includes('./src/workflows/rollout.ts'))
    strangers.push('(the modules can’t be told: has the format changed?)');
  return { passed: strangers.length === 0, output: `in the bundle, but not allowed there:\n${strangers.join('\n')}` };
}

process.exitCode = await main();
