import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import { createProgram } from '../../src/cli/program.js';
import { runCommandLine } from '../../src/cli/run.js';
import { canaryWith } from '../crds/fixtures.js';
import { writtenCanary } from '../simulation/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'serinus-simulate-'));
after(() => rmSync(folder, { recursive: true }));

async function simulate(t: TestContext, object: object, args: readonly string[]) {
  const path = join(folder, 'canary.yaml');
  writeFileSync(path, stringify(object));
  let [out, err] = ['', ''];
  const printed = t.mock.method(console, 'log', (text: string) => void (out += `${text}\n`));
  const said = t.mock.method(console, 'error', (text: string) => void (err += text));
  const program = createProgram();
  for (const one of [program, ...program.commands]) one.configureOutput({ writeErr: (text) => void (err += text) });
  const code = await runCommandLine(program, ['node', 'serinus', 'simulate', '-f', path, ...args]);
  printed.mock.restore();
  said.mock.restore();
  return { code, out, err };
}

const FEW = ['--rps', '100', '--errors', '0.5%', '--runs', '3', '--mesh-provider', 'apisix'];

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
