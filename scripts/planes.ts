// `npm run planes [-- --gateway NAME] [-- FILE …]`: the traffic contract on real data planes, one after another, in a network
// of the lab's own. Prints what was measured as the table that docs/routers.md keeps, and with --write puts it there.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchPrograms, startLab } from '../lab/lab.js';
import { applyYaml } from '../lab/manifests.js';
import { isOwnNetwork } from '../lab/network/own.js';
import { runInOwnNetwork } from '../lab/network/outside.js';
import { isPlaneName, PLANE_NAMES, type PlaneName } from '../lab/planes/planes.js';
import { plainProgress } from '../lab/tools/progress.js';
import { crdYaml } from '../src/crds/manifests.js';
import { makeBundle } from '../src/worker/bundle.js';
import { figuresIn, putIntoDocs, tableOf } from './planes/table.js';
import { compileCli, compiledTest, compileTests } from './tests/compile.js';
import { rounds, type Round } from './tests/rounds.js';

const say = (line: string) => console.error(line);
/** The last tag's pods fail a third of their requests. */
const PODINFO_TAGS = ['6.0.0', '6.0.1', '6.0.2-errors'];

/** What all planes' tests are run with. */
interface Prepared {
  readonly round: Round;
  readonly scratch: string;
  readonly figures: string;
  readonly env: Readonly<Record<string, string>>;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { gateway: { type: 'string', multiple: true }, write: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const gateways = values.gateway?.flatMap((names) => names.split(',')) ?? PLANE_NAMES;
  if (values.write && (values.gateway || positionals.length > 0)) {
    say('--write replaces the whole table: leave out --gateway and names of files');
    return 2;
  }
  if (!gateways.every(isPlaneName)) {
    say(`--gateway must be one of ${PLANE_NAMES.join(', ')}`);
    return 2;
  }
  const fetched = async () => {
    for (const gateway of gateways)
      await fetchPrograms({ gateway, podinfoTags: PODINFO_TAGS, progress: plainProgress(say) });
  };
  const outside = await runInOwnNetwork(say, fetched);
  if (outside !== undefined) return outside;
  if (!(await isOwnNetwork())) {
    say('real data planes need a network of their own, which this machine does not give');
    return 1;
  }
  const round = rounds(positionals.length > 0 ? positionals : ['test/planes/']).find(({ name }) => name === 'planes');
  if (!round) {
    say(`no test file of test/planes matches ${positionals.join(', ')}`);
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'serinus-planes-'));
  try {
    const prepared = await prepare(round, scratch);
    let code = 0;
    for (const gateway of gateways) code = (await runOn(gateway, prepared)) || code;
    const table = tableOf(existsSync(prepared.figures) ? figuresIn(readFileSync(prepared.figures, 'utf8')) : []);
    console.log(`\n${table}`);
    if (code === 0 && values.write) await putIntoDocs(table);
    return code;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function prepare(round: Round, scratch: string): Promise<Prepared> {
  await compileTests();
  const bundle = join(scratch, 'bundle.js');
  writeFileSync(bundle, (await makeBundle()).code);
  writeFileSync(join(scratch, 'list'), round.files.map(compiledTest).join('\n'));
  const figures = join(scratch, 'figures');
  const env = { SERINUS_WORKFLOW_BUNDLE: bundle, SERINUS_CLI: await compileCli(), SERINUS_PLANES_FIGURES: figures };
  return { round, scratch, figures, env };
}

/** Runs the tests on one data plane, in a lab of its own. */
async function runOn(gateway: PlaneName, { round, scratch, env }: Prepared): Promise<number> {
  const lab = await startLab({ gateway, podinfoTags: PODINFO_TAGS, log: say });
  try {
    await applyYaml(lab, crdYaml());
    const runner = [
      '--enable-source-maps',
      'scripts/tests/runner.mjs',
      join(scratch, 'list'),
      join(scratch, 'report'),
      '1',
    ];
    const child = spawn(process.execPath, runner, {
      stdio: 'inherit',
      env: { ...process.env, ...lab.environment(), ...env, SERINUS_LAB: lab.directory, SERINUS_PLANE: gateway },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), round.timeoutMinutes * 60_000);
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    clearTimeout(timer);
    return code ?? 1;
  } finally {
    await lab.stop();
  }
}

process.exit(await main());
