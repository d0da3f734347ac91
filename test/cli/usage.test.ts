import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.js';
import { runCommandLine } from '../../src/cli/run.js';
import { serinus } from '../harness/cli-process.js';

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
