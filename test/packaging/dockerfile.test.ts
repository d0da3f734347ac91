import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { z } from 'zod';
import { commandNamed, variablesOf } from './command-line.js';
import { healthCheckWorks } from './health-check.js';
import { wholeImage } from './image.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

interface Stage {
  readonly name: string | undefined;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** The instructions with their continuation lines, comments left out. */
function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const whole = lines.join('\n').replaceAll(/\\\n/g, ' ').split('\n');
  return whole
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, keyword = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? assert.fail(`not an instruction: ${line}`);
      return { keyword, text: rest.replaceAll(/\s+/g, ' ').trim() };
    });
}

function stagesOf(instructions: readonly Instruction[]): Stage[] {
  const args = new Map<string, string>();
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of instructions) {
    const { keyword, text } = instruction;
    if (keyword === 'ARG' && stages.length === 0) {
      const [name = '', value = ''] = text.split('=');
      args.set(name, value);
    } else if (keyword === 'FROM') {
      const [image = '', , name] = text.split(' ');
      const from = image.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args.get(arg) ?? assert.fail(arg));
      stages.push({ name, from, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

const stages = stagesOf(instructionsOf(read('Dockerfile')));
const last = stages.at(-1) ?? assert.fail('no stage');

function only(keyword: string): string {
  const found = last.instructions.filter((instruction) => instruction.keyword === keyword);
  assert.equal(found.length, 1, keyword);
  return found[0]?.text ?? '';
}

test('is built in stages from one pinned image, for which Temporal’s core is published', () => {
  assert.deepEqual(
    stages.map(({ name }) => name),
    ['build', 'dependencies', undefined],
  );
  assert.equal(new Set(stages.map(({ from }) => from)).size, 1);
  for (const { from } of stages) {
    wholeImage(from);
    assert.doesNotMatch(from, /alpine|musl/);
  }
  const releases = readdirSync(join(root, 'node_modules/@temporalio/core-bridge/releases'));
  // The dependencies' stage keeps what `uname -m` names.
  for (const machine of ['x86_64', 'aarch64']) assert.ok(releases.includes(`${machine}-unknown-linux-gnu`), machine);
  assert.deepEqual(
    releases.filter((name) => name.includes('musl')),
    [],
  );
});

test('its Node.js is one that Serinus takes', () => {
  const { engines } = z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(read('package.json')));
  const version = (text: string): number[] => (/(\d+)\.(\d+)/.exec(text) ?? assert.fail(text)).slice(1).map(Number);
  const [major = 0, minor = 0] = version(last.from.split(':')[1] ?? '');
  const [leastMajor = 0, leastMinor = 0] = version(engines.node);
  assert.ok(major > leastMajor || (major === leastMajor && minor >= leastMinor));
});

test('copies what exists, and what .dockerignore lets through', () => {
  const passed = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  assert.deepEqual(
    read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !/^[#!]/.test(line)),
    ['*'],
  );
  for (const { name: stage, instructions } of stages) {
    for (const { text } of instructions.filter(({ keyword }) => keyword === 'COPY')) {
      const words = text.split(' ');
      const from = /^--from=(\S+) /.exec(text)?.[1];
      if (from !== undefined) {
        assert.ok(
          stages.some(({ name }) => name === from && name !== stage),
          text,
        );
        continue;
      }
      for (const source of words.slice(0, -1)) {
        assert.ok(existsSync(join(root, source)), source);
        assert.ok(
          passed.some((path) => source === path || source.startsWith(`${path}/`)),
          `${source} is ignored`,
        );
      }
    }
  }
});

test('holds no secret, and nothing to install more with', () => {
  for (const { instructions } of stages) {
    for (const { keyword, text } of instructions) {
      assert.notEqual(keyword, 'ARG', 'arguments can be read from the image');
      assert.doesNotMatch(text, /token|password|secret|api_key|_authToken|curl |wget |apt-get/i);
    }
  }
  const { text = '' } = last.instructions.find(({ keyword }) => keyword === 'RUN') ?? {};
  assert.match(text, /^rm -r .*node_modules.*npm/);
  for (const { instructions } of stages.slice(1)) {
    const install = instructions.find(({ text: command }) => command.includes('npm ci'));
    if (install) assert.match(install.text, /--omit=dev --ignore-scripts/);
  }
});

test('runs as nobody special: a number that isn’t 0', () => {
  assert.match(only('USER'), /^[1-9]\d*:[1-9]\d*$/);
  const after = last.instructions.slice(last.instructions.findIndex(({ keyword }) => keyword === 'USER'));
  assert.ok(!after.some(({ keyword }) => keyword === 'RUN' || keyword === 'COPY'), 'what it runs isn’t its own');
});

test('starts the program of package.json, with a command it has', () => {
  const { bin } = z.object({ bin: z.object({ serinus: z.string() }) }).parse(JSON.parse(read('package.json')));
  assert.deepEqual(JSON.parse(only('ENTRYPOINT')), ['node', `${only('WORKDIR')}/${bin.serinus}`]);
  const [command = '', ...more] = JSON.parse(only('CMD')) as string[];
  assert.deepEqual(more, []);
  assert.equal(commandNamed(command).name(), command);
});

test('shows its health where its variables say', async (t) => {
  const env = new Map(
    only('ENV')
      .split(' ')
      .map((pair) => pair.split('=') as [string, string]),
  );
  for (const name of env.keys()) {
    if (name !== 'NODE_ENV') assert.ok(variablesOf('all').includes(name), name);
  }
  assert.ok(
    only('EXPOSE')
      .split(' ')
      .includes(env.get('SERINUS_HEALTH_PORT') ?? ''),
  );
  const [, json = ''] = /CMD (\[.*\])$/.exec(only('HEALTHCHECK')) ?? [];
  await healthCheckWorks(t, (port) => ({
    argv: JSON.parse(json) as string[],
    env: { SERINUS_HEALTH_PORT: `${port}` },
  }));
});
