import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import { checkAnswerSchema } from '../../src/api/schema/check.js';
import { createProgram } from '../../src/cli/program.js';
import { runCommandLine } from '../../src/cli/run.js';
import { canaryWith } from '../crds/fixtures.js';
import { writtenCanary } from '../simulation/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'serinus-simulate-'));
after(() => rmSync(folder, { recursive: true }));

const simulate = (t: TestContext, object: object, args: readonly string[]) => called(t, 'simulate', object, args);

async function called(t: TestContext, command: string, object: object, args: readonly string[]) {
  const path = join(folder, 'canary.yaml');
  writeFileSync(path, stringify(object));
  let [out, err] = ['', ''];
  const printed = t.mock.method(console, 'log', (text: string) => void (out += `${text}\n`));
  const said = t.mock.method(console, 'error', (text: string) => void (err += text));
  const program = createProgram();
  for (const one of [program, ...program.commands]) one.configureOutput({ writeErr: (text) => void (err += text) });
  const code = await runCommandLine(program, ['node', 'serinus', command, '-f', path, ...args]);
  printed.mock.restore();
  said.mock.restore();
  return { code, out, err };
}

const FEW = ['--rps', '100', '--errors', '0.5%', '--runs', '3', '--mesh-provider', 'apisix'];

const TRAFFIC = ['--rps', '100', '--errors', '0.5%', '--mesh-provider', 'apisix'];

describe('serinus plan', () => {
  test('a course within the time, ready to be copied', async (t) => {
    const { code, out, err } = await called(t, 'plan', writtenCanary('preset: balanced'), TRAFFIC);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^STEP WEIGHTS +INTERVAL +HEALTHY: PROMOTED/);
    const [, interval = '', weights = ''] = /interval: (\S+)\n +stepWeights: \[([\d, ]+)\]/.exec(out) ?? [];
    const first = out.split('\n')[1] ?? '';
    assert.ok(first.startsWith(weights.replaceAll(' ', '')) && first.includes(interval), out);
    assert.doesNotMatch(out, /baseline/);
  });

  test('what a fresh baseline takes besides is said, as serinus check says it', async (t) => {
    const fresh = writtenCanary('preset: balanced\nbaseline: fresh');
    const planned = await called(t, 'plan', fresh, TRAFFIC);
    assert.match(planned.out, /\nBesides: its fresh baseline takes as many pods again as the canary/);
    const checked = await called(t, 'check', fresh, TRAFFIC);
    assert.match(checked.out, /takes at best .*; its fresh baseline takes as many pods again as the canary/);
  });

  test('where none is within it, that is said with the fastest, and ends with 2', async (t) => {
    const quiet = ['--rps', '0.1', '--errors', '0.1%', '--within', '10m', '--mesh-provider', 'apisix', '-o', 'json'];
    const { code, out, err } = await called(t, 'plan', writtenCanary(undefined, 99), quiet);
    assert.equal(code, 2);
    assert.match(err, /no course promotes a healthy canary within 10m0s/);
    const { inTime, courses } = JSON.parse(out) as { inTime: boolean; courses: { healthy: { seconds: number } }[] };
    assert.deepEqual([inTime, courses.length], [false, 5]);
    assert.ok((courses[0]?.healthy.seconds ?? 0) > 600);
  });
});

describe('serinus check with the traffic given', () => {
  const forecast = async (t: TestContext, judgement: string | undefined, args: readonly string[]) =>
    called(t, 'check', writtenCanary(judgement, 99), args);

  test('says how long evidence takes, at each weight', async (t) => {
    const { out } = await forecast(t, 'preset: balanced', TRAFFIC);
    assert.match(out, /evidence, by 100 requests a second of which 0\.5 % fail \(given\); about:/);
    assert.match(out, /WEIGHT +2x IS CAUGHT +5x IS CAUGHT +A HEALTHY ONE IS PROVEN\n +5 +\S+ +1m\d+s +\S+\n +10 /);
    assert.match(out, /a healthy release is promoted after \S+; one that fails five times as often rolled back after/);
  });

  test('for programs, too; nothing without evidence, and nothing by half of what it takes', async (t) => {
    const json = await forecast(t, 'preset: careful', [...TRAFFIC, '-o', 'json']);
    const { canaries } = checkAnswerSchema.parse(JSON.parse(json.out));
    const found = canaries[0]?.forecast;
    assert.ok(found && 'weights' in found, json.out);
    assert.deepEqual(
      found.weights.map(({ weight }) => weight),
      [5, 10, 20, 30, 50],
    );
    assert.ok(found.weights.every(({ secondsToCatchFiveTimes = NaN }) => secondsToCatchFiveTimes > 0));
    const without = await forecast(t, undefined, [...TRAFFIC, '-o', 'json']);
    assert.equal(checkAnswerSchema.parse(JSON.parse(without.out)).canaries[0]?.forecast, undefined);
    const half = await forecast(t, 'preset: careful', ['--rps', '3']);
    assert.equal(half.code, 2);
    assert.match(half.err, /give both --rps and --errors, or neither/);
  });
});

describe('serinus simulate', () => {
  test('a table for each truth, with all policies', async (t) => {
    const { code, out, err } = await simulate(t, writtenCanary('preset: balanced', 99), FEW);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^healthy: 0\.5 % of both versions’ requests fail\n {2}POLICY +ROLLED BACK/);
    for (const errors of ['1 %', '2.5 %']) assert.ok(out.includes(`${errors} of the canary’s\n`), out);
    for (const policy of ['as written', 'its checks alone', 'with Flagger’s queries', 'careful', 'balanced', 'quick']) {
      assert.equal(out.split(`\n  ${policy} `).length, 4, policy);
    }
  });

  test('for programs, the same figures for the same seed', async (t) => {
    const args = [...FEW, '--canary-errors', '0.05', '-o', 'json'];
    const [first, second] = [
      await simulate(t, writtenCanary(undefined, 99), args),
      await simulate(t, writtenCanary(undefined, 99), args),
    ];
    assert.equal(first.out, second.out);
    const { results } = JSON.parse(first.out) as { results: { policy: string; outcome: { rolledBack: number } }[] };
    assert.equal(results.find(({ policy }) => policy === 'balanced')?.outcome.rolledBack, 0);
    assert.equal(results.findLast(({ policy }) => policy === 'balanced')?.outcome.rolledBack, 1);
  });

  test('what can’t be simulated is refused, with the field', async (t) => {
    const { code, err } = await simulate(t, canaryWith({ 'spec.analysis.mirror': true }), FEW);
    assert.equal(code, 2);
    assert.match(err, /spec\.analysis: only a canary release by weights can be simulated/);
    const wrong = await simulate(t, writtenCanary(undefined, 99), ['--rps', '100', '--errors', '120%']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /It must be a share from 0 to 1/);
  });
});
