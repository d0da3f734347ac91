import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../harness/until.js';

const SCRIPTS = ['bootstrap.mjs', 'checkout.mjs'];
/** A command of a checkout: gets itself ready, says so, and runs until it is ended. */
const COMMAND = `
  import { bootstrap } from './scripts/bootstrap.mjs';
  bootstrap(process.argv[1]);
  console.log('ready');
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => undefined, 60_000);
`;

/** A checkout with nothing in it but what gets it ready, and an npm that only writes down that it was called. */
class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), 'serinus-bootstrap-'));
  private readonly running = new Set<ChildProcess>();

  constructor(t: TestContext) {
    for (const name of ['scripts', 'bin']) mkdirSync(join(this.folder, name));
    for (const name of SCRIPTS) {
      copyFileSync(
        fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url)),
        join(this.folder, 'scripts', name),
      );
    }
    const npm = join(this.folder, 'bin', 'npm');
    writeFileSync(npm, '#!/bin/sh\nrm -rf node_modules && sleep 0.3 && mkdir node_modules && echo "$@" >> npm.log\n');
    chmodSync(npm, 0o755);
    this.lock('one');
    t.after(() => {
      for (const child of this.running) child.kill('SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  lock(text: string): void {
    writeFileSync(join(this.folder, 'package-lock.json'), text);
  }

  get installations(): number {
    const log = join(this.folder, 'npm.log');
    return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0;
  }

  /** Starts a command: it gets ready, or ends with a complaint. */
  start(name: string) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', COMMAND, name], {
      cwd: this.folder,
      env: {
        ...process.env,
        TMPDIR: this.folder,
        PATH: `${join(this.folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      },
    });
    this.running.add(child);
    const command = { child, out: '', complaint: '' };
    child.stdout.on('data', (data) => (command.out += String(data)));
    child.stderr.on('data', (data) => (command.complaint += String(data)));
    return command;
  }

  async ready(name: string) {
    const command = this.start(name);
    await until(() => command.out.includes('ready') || command.child.exitCode !== null, `${name} is ready`);
    assert.ok(command.out.includes('ready'), command.complaint);
    return command;
  }
}

test('packages are never replaced under a command that uses them', async (t) => {
  const checkout = new Checkout(t);
  const running = await checkout.ready('npm test');
  await checkout.ready('npm run demo');
  assert.equal(checkout.installations, 1, 'what is installed serves all');

  checkout.lock('two');
  const refused = checkout.start('npm run check');
  const [code] = (await once(refused.child, 'exit')) as [number];
  assert.equal(code, 1);
  assert.match(refused.complaint, new RegExp(`in use.* npm test \\(process ${running.child.pid}\\)`));
  assert.equal(checkout.installations, 1);

  checkout.lock('one');
  await checkout.ready('npm run lab');
  assert.equal(checkout.installations, 1, 'what was there is as good as before');
});

test('they are replaced as soon as nobody uses them, and once for all who wait', async (t) => {
  const checkout = new Checkout(t);
  const running = await checkout.ready('npm test');
  // One that is killed can't say that it has ended.
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  checkout.lock('two');
  await Promise.all(['a', 'b', 'c'].map((name) => checkout.ready(name)));
  assert.equal(checkout.installations, 2);
});
