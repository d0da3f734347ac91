import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { initialProbeState, observe } from '../../lab/node/probes/probe-state.js';

/** Verdicts after each of the answers, `+` for success and `-` for failure. */
function verdicts(answers: string, thresholds: { success: number; failure: number }): string[] {
  let state = initialProbeState;
  return [...answers].map((answer) => (state = observe(state, answer === '+', thresholds)).verdict);
}

describe('a probe', () => {
  it('is undecided until a threshold is reached', () => {
    assert.deepEqual(verdicts('--', { success: 1, failure: 3 }), ['unknown', 'unknown']);
    assert.deepEqual(verdicts('---', { success: 1, failure: 3 }).at(-1), 'failure');
    assert.deepEqual(verdicts('+', { success: 1, failure: 3 }), ['success']);
  });

  it('keeps its verdict through fewer failures in a row than the threshold', () => {
    assert.deepEqual(verdicts('+--+--', { success: 1, failure: 3 }), Array(6).fill('success'));
    assert.deepEqual(verdicts('+---', { success: 1, failure: 3 }).at(-1), 'failure');
  });

  it('needs as many successes in a row as asked for', () => {
    assert.deepEqual(verdicts('---+-++', { success: 2, failure: 3 }), [
      'unknown',
      'unknown',
      'failure',
      'failure',
      'failure',
      'failure',
      'success',
    ]);
  });
});
