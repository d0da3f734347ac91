import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { PHASES } from '../../src/domain/phases.js';
import { UNDONE } from '../../src/kubernetes/status.js';
import { complaintAbout } from './command-line.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Job {
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

function jobs(name: string): readonly Job[] {
  const text = readFileSync(join(root, '.github/workflows', name), 'utf8');
  return Object.values((parse(text) as { jobs: Record<string, Job> }).jobs);
}

const notes = (version: string) =>
  spawnSync(process.execPath, ['scripts/release-notes.mjs', version], { cwd: root, encoding: 'utf8' });

test('a tag that says another version than the package releases nothing, and says where', () => {
  const { status, stdout, stderr } = notes('999.0.0');
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /^release: package\.json is \d+\.\d+\.\d+, and the tag is 999\.0\.0: set it to 999\.0\.0\n$/);
});

test('the notes of a version are its section of the CHANGELOG, once the CHANGELOG has one', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const { status, stdout, stderr } = notes(version);
  const section = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').includes(`\n## ${version}`);
  if (section) assert.match(stdout, /^### /);
  else assert.match(stderr, /^release: CHANGELOG\.md has no heading "## .*": write what has changed\n$/);
  assert.equal(status, section ? 0 : 1);
});

/** Only their last step can be taken back by nobody. */
const PUBLISHING = /push|publish|gh release/;

test('nothing is released that has not passed what a change has to pass', () => {
  for (const name of readdirSync(join(root, '.github/workflows'))) {
    const all = jobs(name).map(({ steps }) => steps.map(({ run = '', uses = '' }) => `${uses}${run}`));
    assert.ok(all.flat().includes('.ci/run'), name);
    for (const commands of all) {
      const first = commands.findIndex((command) => PUBLISHING.test(command));
      if (first >= 0) assert.ok(commands.slice(0, first).includes('.ci/run'), `${name}: ${commands[first]}`);
    }
  }
});

test('a tag releases image, chart, package, executables and the manifest of krew', () => {
  const commands = jobs('release.yml').flatMap(({ steps }) => steps.map(({ run = '', uses = '' }) => `${uses}${run}`));
  for (const what of ['docker/build-push-action', 'helm push', 'npm publish', 'npm run executable', 'scripts/krew.mjs'])
    assert.ok(
      commands.some((command) => command.includes(what)),
      what,
    );
});

test('krew installs each archive by its sum', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'serinus-krew-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['serinus-linux-arm64.tar.gz', 'serinus-windows-amd64.zip', 'notes.md'])
    writeFileSync(join(folder, name), name);
  const url = 'https://git.example/o/serinus/releases/download/v1.2.3';
  const made = spawnSync(process.execPath, ['scripts/krew.mjs', '1.2.3', folder, url], { cwd: root, encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const { metadata, spec } = parse(made.stdout) as {
    metadata: object;
    spec: { version: string; homepage: string; platforms: object[] };
  };
  assert.deepEqual(
    [metadata, spec.version, spec.homepage],
    [{ name: 'serinus' }, 'v1.2.3', 'https://git.example/o/serinus'],
  );
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  assert.deepEqual(spec.platforms, [
    {
      selector: { matchLabels: { os: 'linux', arch: 'arm64' } },
      uri: `${url}/serinus-linux-arm64.tar.gz`,
      sha256: sha256('serinus-linux-arm64.tar.gz'),
      bin: 'serinus',
    },
    {
      selector: { matchLabels: { os: 'windows', arch: 'amd64' } },
      uri: `${url}/serinus-windows-amd64.zip`,
      sha256: sha256('serinus-windows-amd64.zip'),
      bin: 'serinus.exe',
    },
  ]);
});

test('the GitHub Action hands on what it is given, word for word', async (t) => {
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
    inputs: Record<string, unknown>;
    runs: { steps: { run: string; env: Record<string, string> }[] };
  };
  const [, step] = action.runs.steps;
  assert.ok(step);
  for (const { env } of action.runs.steps)
    for (const [, input = ''] of JSON.stringify(env).matchAll(/inputs\.(\w+)/g))
      assert.ok(input in action.inputs, input);
  const folder = mkdtempSync(join(tmpdir(), 'serinus-action-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'serinus'), `#!/bin/sh\nprintf '%s\\n' "$@"\n`, { mode: 0o755 });
  const images = 'app=r.example/shop:2\nside=r.example/side:$(id)\n';
  const ran = spawnSync('bash', ['-e', '-c', step.run], {
    encoding: 'utf8',
    env: {
      ...{ PATH: `${folder}:${process.env['PATH'] ?? ''}`, CANARY: 'shop', NAMESPACE: 'test', TIMEOUT: '30m' },
      ...{
        IMAGES: images,
        REASON: 'faster "checkout"',
        GITHUB_RUN_ID: '7',
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_JOB: 'deploy',
      },
    },
  });
  assert.equal(ran.status, 0, ran.stderr);
  const words = ran.stdout.trimEnd().split('\n');
  assert.deepEqual(words, [
    ...['rollout', 'shop', '-n', 'test', '--wait', '--timeout', '30m'],
    ...['--idempotency-key', '7-1-deploy-test-shop'],
    ...['--image', 'app=r.example/shop:2', '--image', 'side=r.example/side:$(id)', '--reason', 'faster "checkout"'],
  ]);
  assert.equal(await complaintAbout(words), undefined);
});

test('Argo CD knows the health of a Canary in every phase', () => {
  const text = readFileSync(join(root, 'deploy/argocd/health.lua'), 'utf8');
  const [, table = ''] = /local health = \{\n([\s\S]*?)\n\}/.exec(text) ?? [];
  const known = [...table.matchAll(/^ {2}(?:\['(\w*)'\]|(\w+)) = '(\w+)',$/gm)];
  assert.deepEqual(known.map(([, quoted, plain]) => plain ?? quoted).sort(), [...PHASES].sort());
  for (const [, , , health = ''] of known)
    assert.ok(['Healthy', 'Progressing', 'Suspended', 'Degraded'].includes(health), health);
  assert.ok(text.includes(`condition.reason == '${UNDONE}'`));
});
