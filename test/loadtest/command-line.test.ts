import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { splitCommand } from '../../src/loadtest/tasks/command-line.js';

describe('words', () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['', []],
    ['   ', []],
    ['hey', ['hey']],
    ['  hey \t -z  1m ', ['hey', '-z', '1m']],
    ['hey -H "X-Canary: always" -d \'{"a": 1}\'', ['hey', '-H', 'X-Canary: always', '-d', '{"a": 1}']],
    ['a"b c"\'d e\'f', ['ab cd ef']],
    ['hey ""', ['hey', '']],
    ["hey ''", ['hey', '']],
    [String.raw`a\ b c\"d`, ['a b', 'c"d']],
    [String.raw`"a\"b\\c\nd\$e"`, [String.raw`a"b\c\nd$e`]],
    [String.raw`'a\nb'`, [String.raw`a\nb`]],
    ['hey -z 1m \\\n  -q 10\n', ['hey', '-z', '1m', '-q', '10']],
    ['http://a.test/?a=1', ['http://a.test/?a=1']],
    ["'http://a.test/?a=1&b=2'", ['http://a.test/?a=1&b=2']],
    ['cost 5$ "5$" $/x', ['cost', '5$', '5$', '$/x']],
    ['a#b', ['a#b']],
    ["'$(rm -rf /)' '`id`' \\$\\(id\\)", ['$(rm -rf /)', '`id`', '$(id)']],
  ];
  for (const [text, words] of table) {
    test(JSON.stringify(text), () => assert.deepEqual(splitCommand(text), { ok: true, words }));
  }
});

describe('refused', () => {
  const table: readonly (readonly [string, string])[] = [
    ['hey; rm -rf /', '";" at character 4'],
    ['hey && rm', '"&" at character 5'],
    ['hey http://a.test/?a=1&b=2', '"&" at character 23'],
    ['hey | sh', '"|" at character 5'],
    ['hey > /etc/passwd', '">" at character 5'],
    ['hey < /etc/passwd', '"<" at character 5'],
    ['(hey)', '"(" at character 1'],
    ['hey `id`', '"`" at character 5'],
    ['hey "`id`"', '"`" at character 6'],
    ['hey $(id)', '"$" at character 5'],
    ['hey "$(id)"', '"$" at character 6'],
    ['hey $HOME', '"$" at character 5'],
    ['hey "${HOME}"', '"$" at character 6'],
    ["hey $'a'", '"$" at character 5'],
    ['hey\nrm', '"\\n" at character 4'],
    ['hey # comment', 'a comment at character 5'],
    ['hey "abc', 'a quote that never ends at character 5'],
    ["hey 'abc", 'a quote that never ends at character 5'],
    ['hey \\', 'a backslash at the end at character 5'],
    ['hey a\0b', 'a NUL character at character 7'],
  ];
  for (const [text, problem] of table) {
    test(JSON.stringify(text), () => assert.deepEqual(splitCommand(text), { ok: false, problem }));
  }
});

describe('in general', () => {
  test('quoted words come back as they were', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
    const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
    fc.assert(
      fc.property(fc.array(word), (words) => {
        assert.deepEqual(splitCommand(words.map(quote).join(' ')), { ok: true, words });
      }),
    );
  });

  test('what is accepted, a shell reads in the same way', (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'serinus-words-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const line = fc.string({ unit: fc.constantFrom(...'ab \t\'"\\$;&|<>()`#=\n{}!'), maxLength: 12 });
    let compared = 0;
    fc.assert(
      fc.property(line, (text) => {
        const split = splitCommand(text);
        if (!split.ok) return;
        // The shell gets the same text as arguments of a built-in, in an empty directory.
        const { stdout, status } = spawnSync('sh', ['-c', `printf '%s\\0' '' ${text.trim()}`], { cwd: directory });
        assert.equal(status, 0);
        assert.deepEqual(stdout.toString().split('\0').slice(1, -1), split.words);
        compared++;
      }),
      { numRuns: 1_000 },
    );
    assert.ok(compared > 100, `${compared} lines were compared`);
  });
});
