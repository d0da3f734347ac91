import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

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

test('nothing is released that has not passed what a change has to pass', () => {
  for (const name of readdirSync(join(root, '.github/workflows'))) {
    for (const { steps } of jobs(name))
      assert.ok(
        steps.some(({ run }) => run === '.ci/run'),
        name,
      );
  }
  const [release] = jobs('release.yml');
  const commands = release?.steps.map(({ run = '', uses = '' }) => `${uses}${run}`) ?? [];
  const first = commands.findIndex((command) => /push|publish|gh release/.test(command));
  assert.ok(commands.indexOf('.ci/run') < first);
});
