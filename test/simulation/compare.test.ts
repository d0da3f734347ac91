import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { csvOf, describeCompared } from '../../src/cli/judging/simulated.js';
import { alternativesOf } from '../../src/simulation/alternatives.js';
import { compare } from '../../src/simulation/compare.js';
import { canaryWith } from '../crds/fixtures.js';
import { HEALTHY, OPTIONS, writtenCanary } from './fixtures.js';

const MEASURING = { mixes: true, flaggersQueries: false, sinceWeight: true };

function namesOf(written: ReturnType<typeof writtenCanary>, measuring = MEASURING) {
  const found = alternativesOf(written, OPTIONS, measuring);
  assert.ok(found.ok, JSON.stringify(found));
  return found.policies.map(({ name, limits, judgement, diluted }) => [
    name,
    limits.map(({ min }) => min),
    judgement !== undefined,
    diluted,
  ]);
}

void describe('policies side by side', () => {
  void it('with checks and evidence: both, the checks alone, as Flagger measures them, evidence alone', () => {
    assert.deepEqual(namesOf(writtenCanary('preset: careful', 98)), [
      ['as written', [98], true, false],
      ['its checks alone', [98], false, false],
      ['with Flagger’s queries', [98], false, true],
      ['careful', [], true, false],
      ['balanced', [], true, false],
      ['quick', [], true, false],
    ]);
  });

  void it('without checks the usual one stands in; where queries tell versions apart there is no other kind', () => {
    const names = namesOf(writtenCanary(undefined), { ...MEASURING, mixes: false });
    assert.deepEqual(names.slice(0, 2), [
      ['as written', [], false, false],
      ['success rate >= 99%', [99], false, false],
    ]);
    assert.equal(names.length, 5);
  });

  void it('what isn’t judged by weights is refused', () => {
    const found = alternativesOf(canaryWith({ 'spec.analysis.mirror': true }), OPTIONS, MEASURING);
    assert.ok(!found.ok);
    assert.equal(found.refusal.field, 'spec.analysis');
  });

  void it('in tables for people and for spreadsheets', () => {
    const found = alternativesOf(writtenCanary(undefined, 99), OPTIONS, MEASURING);
    assert.ok(found.ok);
    const reported: number[] = [];
    const [first, second] = found.policies;
    assert.ok(second);
    const compared = compare([first, second], [{ name: 'calm, "as ever"', truth: HEALTHY }], {
      ...{ runs: 5, seed: 1 },
      progress: (done) => reported.push(done),
    });
    assert.deepEqual(reported, [1]);
    const lines = describeCompared(compared);
    assert.match(lines[0] ?? '', /calm/);
    assert.match(lines[2] ?? '', /^ {2}as written +0 % +- +100 % +2m30s +0 % +\d+ \(\d+\)$/);
    const [head, row] = csvOf(compared);
    assert.equal(head?.split(',').length, 10);
    assert.match(row ?? '', /^as written,"calm, ""as ever""",5,1,0,0,150,,\d+,\d+$/);
  });
});
