import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { banner } from '../../lab/cli/banner.js';
import type { LabState } from '../../lab/types.js';
import { commandsIn, complaint, indentedIn } from './pasted-commands.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Everything in which somebody finds a command to paste. */
const PAGES = [
  ...readdirSync(root).filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md'),
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

describe('commands of the documentation, pasted', () => {
  for (const name of PAGES) {
    const commands = commandsIn(read(name));
    if (commands.length === 0) continue;
    test(name, async () => {
      for (const words of commands) assert.equal(await complaint(words), undefined, words.join(' '));
    });
  }

  test('what the lab prints', async () => {
    const state = {
      ...{ kubeconfig: '/tmp/lab/kubeconfig', gatewayUrl: 'http://127.0.0.1:3', logs: '/tmp/lab/logs' },
      temporal: { address: '127.0.0.1:1', namespace: 'default', uiUrl: 'http://127.0.0.1:2' },
      servers: [{ name: 'apiserver', url: 'https://127.0.0.1:4' }],
    } as unknown as LabState;
    const text = banner(state, 5, { url: 'http://127.0.0.1:8080' });
    assert.match(text, /Serinus +http:\/\/127\.0\.0\.1:8080/);
    const commands = commandsIn(indentedIn(text).replace(/^/gm, '    '));
    assert.ok(commands.some((words) => words.includes('watch')) && commands.length >= 7, text);
    for (const words of commands) assert.equal(await complaint(words), undefined, words.join(' '));
  });

  test('are found, and what is wrong with one is', async () => {
    const found = commandsIn(
      '```sh\nA=1 serinus get -n "a b" # all\nnpm run lab -- --x | serinus watch x\\\n  -n y\n```',
    );
    assert.deepEqual(found, [
      ['serinus', 'get', '-n', 'a b'],
      ['npm', 'run', 'lab', '--', '--x'],
      ['serinus', 'watch', 'x', '-n', 'y'],
    ]);
    assert.deepEqual(commandsIn('```console\n$ npm run demo\nserinus: nonsense\n```'), [['npm', 'run', 'demo']]);
    const wrong = ['serinus get --nonsense', 'npm run nonsense', 'kubectl apply -f lab/nonsense.yaml'];
    for (const text of wrong) assert.notEqual(await complaint(text.split(' ')), undefined, text);
  });
});
