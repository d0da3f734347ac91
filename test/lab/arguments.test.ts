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
      serinus: false,
      status: false,
      help: false,
      existing: NOTHING_EXISTS,
    };
    assert.deepEqual(readArguments(['--dir', '/tmp/x', '--json'], {}), expected);
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
