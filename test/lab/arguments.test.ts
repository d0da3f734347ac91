import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readArguments, UsageError } from '../../lab/cli/arguments.js';

const NOTHING_EXISTS = { temporal: false, cluster: undefined };

describe('the lab’s command line', () => {
  it('reads what it knows', () => {
    const expected = {
      dir: '/tmp/x',
      gateway: undefined,
      json: true,
      serinus: true,
      status: false,
      help: false,
      existing: NOTHING_EXISTS,
    };
    assert.deepEqual(readArguments(['--dir', '/tmp/x', '--json'], {}), expected);
  });

  it('leaves Serinus out when it is told to; to name it is no mistake', () => {
    assert.equal(readArguments(['--no-serinus'], {}).serinus, false);
    assert.equal(readArguments(['--serinus'], {}).serinus, true);
  });

  for (const wrong of [['--unknown'], ['word'], ['--dir'], ['--json=yes']]) {
    it(`refuses "${wrong.join(' ')}" in one sentence`, () => {
      assert.throws(
        () => readArguments(wrong),
        (error) => error instanceof UsageError && !error.message.includes('\n'),
      );
    });
  }
});
