import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asCalled } from '../../src/cli/called.js';
import { complete, type Live } from '../../src/cli/completion/complete.js';
import { createProgram } from '../../src/cli/program.js';

const program = createProgram();
const asked: string[] = [];
const live = (): Live => ({
  canaries: (namespace) => (asked.push(namespace), Promise.resolve(['cart', 'podinfo'])),
  namespaces: () => Promise.resolve(['shop', 'test']),
  releases: (namespace, canary) => Promise.resolve([`${namespace}.${canary}.1`]),
});
const at = (...words: string[]) => complete(program, words, live);

describe('what could be typed', () => {
  const cases: readonly [readonly string[], readonly string[]][] = [
    [['appr'], ['approve']],
    [['install', 'c'], ['crds']],
    [
      ['approve', ''],
      ['cart', 'podinfo'],
    ],
    [['approve', '-n', 'test', 'pod'], ['podinfo']],
    [['get', 'cart', ''], ['podinfo']],
    [['approve', 'cart', ''], []],
    [
      ['approve', '-n', ''],
      ['shop', 'test'],
    ],
    [['approve', '--namespace=s'], ['--namespace=shop']],
    [['approve', '--gate', 'confirm-p'], ['confirm-promotion']],
    [['approve', 'cart', '--gat'], ['--gate']],
    [['pause', '--reason', 'x', 'c'], ['cart']],
    [['get', '-o', 'j'], ['json']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['watch', 'p'], ['podinfo']],
    [['nonsense', 'x'], []],
  ];
  for (const [words, expected] of cases) {
    test(words.join(' '), async () => assert.deepEqual(await at(...words), expected));
  }

  test('is every command but the hidden one', async () => {
    const all = await at('');
    for (const name of ['watch', 'diff', 'history', 'completion', 'help']) assert.ok(all.includes(name), name);
    assert.ok(!all.includes('__complete'));
  });

  test('is asked of the namespace that was named', async () => {
    asked.length = 0;
    await at('approve', '-n', 'shop', '');
    await at('approve', '--namespace=test', '');
    await at('approve', '');
    assert.deepEqual(asked, ['shop', 'test', 'default']);
  });
});

test('the program knows by which of its names it is called', () => {
  assert.deepEqual(asCalled(['node', '/usr/bin/serinus', 'get']), {
    name: 'serinus',
    args: ['node', '/usr/bin/serinus', 'get'],
  });
  assert.equal(asCalled(['node', '/usr/bin/kubectl-serinus', 'get']).name, 'kubectl serinus');
  assert.deepEqual(asCalled(['node', '/x/kubectl_complete-serinus', 'get', '']), {
    name: 'kubectl serinus',
    args: ['node', '/x/kubectl_complete-serinus', '__complete', '--', 'get', ''],
    epilogue: ':4',
  });
});
