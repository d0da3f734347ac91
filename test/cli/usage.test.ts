import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { createProgram } from '../../src/cli/program.js';
import { runCommandLine } from '../../src/cli/run.js';
import { serinus } from '../harness/cli-process.js';

const RUN = '01890000-0000-4000-8000-000000000000';
const FILE = 'lab/manifests/canary.yaml';

/** Commands about a Canary, with what each needs besides its name. */
const COMMANDS: readonly (readonly [word: string, ...more: string[]])[] = [
  ...['approve', 'reject', 'pause', 'resume', 'abort', 'promote', 'skip', 'retry', 'undo'].map(
    (word) => [word] as const,
  ),
  ...['status', 'describe', 'diff', 'history', 'get', 'adopt', 'watch'].map((word) => [word] as const),
  ['weight', '30'],
  ['rollout', '--image', 'a=b:1'],
];

function aboutWrong(name: string, [word, ...more]: (typeof COMMANDS)[number]): readonly [RegExp, ...string[]] {
  const says = `value '${name}' is invalid for argument 'canary'. It must be the name of a Canary alone, such as podinfo`;
  return [new RegExp(says), word, name, ...more];
}

describe('a wrong command line ends with 2, says what is wrong, and does nothing', () => {
  const cases: readonly (readonly [RegExp, ...string[]])[] = [
    [/unknown option '--bogus'/, 'get', '--bogus'],
    [/unknown command 'nonsense'/, 'nonsense'],
    [/missing required argument 'canary'/, 'approve'],
    [/usage: serinus weight \[options\] <canary> <percent> \(see serinus weight --help\)/, 'weight'],
    [/Did you mean weight\?/, 'wieght', 'podinfo', '20'],
    [/whole number from 0 to 100/, 'weight', 'podinfo', 'half'],
    [/whole number from 0 to 100/, 'weight', 'podinfo', '101'],
    [/either --image or --patch/, 'rollout', 'podinfo'],
    [/use container=image/, 'rollout', 'podinfo', '--image', 'nothing'],
    [/either --image or --patch/, 'rollout', 'podinfo', '--image', 'a=b', '--patch', 'x'],
    [/--patch \/nowhere can't be read/, 'rollout', 'podinfo', '--patch', '/nowhere'],
    [/such as 90s or 10m/, 'rollout', 'podinfo', '--image', 'a=b', '--timeout', 'soon'],
    [/Allowed choices are refuse, restart/, 'rollout', 'podinfo', '--image', 'a=b', '--if-under-way', 'wait'],
    [/a URL such as/, 'get', '--server', 'not a url'],
    [/Allowed choices are wide, json, yaml, name/, 'get', '-o', 'xml'],
    [/the name of a namespace/, 'get', '-n', ''],
    [/the name of a namespace/, 'get', '--namespace', 'Shop'],
    [/unknown command 'crd'\n.*usage: serinus install/s, 'install', 'crd'],
    [/is in one namespace: use -n/, 'get', 'podinfo', '-A'],
    [/either --token or --token-file/, 'get', '--token', 'a', '--token-file', 'b'],
    [/--token-file can't be read/, 'get', '--token-file', '/nowhere'],
    [/--auth none is for loopback only/, 'api', '--host', '0.0.0.0', '--auth', 'none'],
    [/a port from 0 to 65535/, 'api', '--port', 'http'],
    [
      /option '--revision <hash>' argument 'a b' is invalid. It must be the hash of a revision/,
      'resume',
      'x',
      '--revision',
      'a b',
    ],
    [/option '--revision <hash>' argument '' is invalid/, 'promote', 'x', '--revision', ''],
    [/too many arguments for 'skip'. Expected 1 argument but got 2/, 'skip', 'x', 'y'],
    [/unknown option '--gate'/, 'reject', 'x', '--gate', 'rollout'],
    [
      /option '-n, --namespace <name>' argument 'A' is invalid. It must be the name of a namespace/,
      'retry',
      'x',
      '-n',
      'A',
    ],
    [
      /value 'b' is invalid for argument 'release-a'. It must be the id of a release, as "serinus history -o name"/,
      'diff',
      'a',
      'b',
    ],
    [/value '#' is invalid for argument 'release-b'. It must be the id/, 'diff', 'a', `shop.a.${RUN}`, '#'],
    [/Expected 3 arguments but got 4/, 'diff', 'a', `shop.a.${RUN}`, `shop.a.${RUN}`, 'd'],
    [/required option '-f, --filename <file>' not specified/, 'simulate'],
    [/--filename: \/nowhere can't be read: ENOENT/, 'simulate', '-f', '/nowhere', '--rps', '1', '--errors', '1%'],
    [/--filename: README.md can't be read as YAML/, 'simulate', '-f', 'README.md', '--rps', '1', '--errors', '1%'],
    [/'--rps <number>' argument 'no' is invalid. It must be a number above 0/, 'simulate', '-f', FILE, '--rps', 'no'],
    [
      /argument '200%' is invalid. It must be a share from 0 to 1, such as 0.5%/,
      'simulate',
      '-f',
      '-',
      '--rps',
      '1',
      '--errors',
      '200%',
    ],
    [/'--runs <number>' argument '0' is invalid. It must be a whole number from 1 to/, 'simulate', '--runs', '0'],
    [/option '-n, --namespace <name>' argument 'A_B' is invalid/, 'adopt', '-n', 'A_B'],
    [/--yes and --dry-run are given: carry the plan out, or only print it/, 'adopt', '--yes', '--dry-run'],
    ...['canary/podinfo', 'Podinfo', ''].flatMap((name) => COMMANDS.map((words) => aboutWrong(name, words))),
  ];
  for (const [expected, ...args] of cases) {
    test(args.join(' '), async (t) => {
      let err = '';
      const collect = (text: unknown): boolean => ((err += `${String(text)}\n`), true);
      t.mock.method(console, 'error', collect);
      const program = createProgram();
      quiet(program, collect);
      assert.equal(await runCommandLine(program, ['node', 'serinus', ...args]), 2, err);
      assert.match(err, expected);
    });
  }

  test('simulate of a Canary that is wrong names its field', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'serinus-usage-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'canary.yaml');
    const spec = {
      targetRef: { kind: 'Deployment', name: 'a' },
      service: { port: 80 },
      analysis: { interval: 'soon' },
    };
    writeFileSync(
      file,
      stringify({ apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata: { name: 'a' }, spec }),
    );
    const { code, out, err } = await serinus(['simulate', '-f', file, '--rps', '1', '--errors', '1%']);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /^serinus: --filename: spec\.\S+: .+\n$/);
  });

  test('as a process', async () => {
    const { code, out, err } = await serinus([]);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /Usage: serinus/);
  });
});

describe('every command', () => {
  const commands = allOf(createProgram());

  test('has a description, and those for people have examples', () => {
    const servers = ['all', 'worker', 'install'];
    for (const command of commands) {
      assert.notEqual(command.description(), '', command.name());
      if (servers.includes(command.name())) continue;
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) });
      command.outputHelp();
      assert.match(help, /Examples?:\n/, command.name());
    }
  });
});

function allOf(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allOf(child)]);
}

/** What Commander says goes where everything else goes. */
function quiet(command: Command, collect: (text: string) => void): void {
  command.configureOutput({ writeErr: collect, writeOut: collect });
  command.commands.forEach((child) => quiet(child, collect));
}
