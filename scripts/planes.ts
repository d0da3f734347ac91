// `npm run planes [-- FILE …]`: the traffic contract on real data planes, in a network of the lab's own. Prints what was
// measured as the table that docs/routers.md keeps, and with --write puts it there.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchPrograms, startLab } from '../lab/lab.js';
import { applyYaml } from '../lab/manifests.js';
import { isOwnNetwork } from '../lab/network/own.js';
import { runInOwnNetwork } from '../lab/network/outside.js';
import { plainProgress } from '../lab/tools/progress.js';
import { crdYaml } from '../src/crds/manifests.js';
import { makeBundle } from '../src/worker/bundle.js';
import { figuresIn, putIntoDocs, tableOf } from './planes/table.js';
import { compileCli, compiledTest, compileTests } from './tests/compile.js';
import { rounds } from './tests/rounds.js';

const say = (line: string) => console.error(line);
/** The last tag's pods fail a third of their requests. */
const OPTIONS = { gateway: 'contour', podinfoTags: ['6.0.0', '6.0.1', '6.0.2-errors'] } as const;

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const outside = await runInOwnNetwork(say, () => fetchPrograms({ ...OPTIONS, progress: plainProgress(say) }));
  if (outside !== undefined) return outside;
  if (!(await isOwnNetwork())) {
    say('real data planes need a network of their own, which this machine does not give');
    return 1;
  }
  const wanted = args.filter((arg) => !arg.startsWith('-'));
  const round = rounds(wanted.length > 0 ? wanted : ['test/planes/']).find(({ name }) => name === 'planes');
  if (!round) {
    say(`no test file of test/planes matches ${wanted.join(', ')}`);
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'serinus-planes-'));
  const figures = join(scratch, 'figures');
  const lab = await startLab({ ...OPTIONS, log: say });
  try {
    await compileTests();
    await applyYaml(lab, crdYaml());
    const bundle = join(scratch, 'bundle.js');
    writeFileSync(bundle, (await makeBundle()).code);
    const list = join(scratch, 'list');
    writeFileSync(list, round.files.map(compiledTest).join('\n'));
    const env = {
      ...process.env,
      ...lab.environment(),
      SERINUS_LAB: lab.directory,
      SERINUS_WORKFLOW_BUNDLE: bundle,
      SERINUS_CLI: await compileCli(),
      SERINUS_PLANES_FIGURES: figures,
    };
    const runner = ['--enable-source-maps', 'scripts/tests/runner.mjs', list, join(scratch, 'report'), '1'];
    const child = spawn(process.execPath, runner, { stdio: 'inherit', env });
    const timer = setTimeout(() => child.kill('SIGKILL'), round.timeoutMinutes * 60_000);
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    clearTimeout(timer);
    const table = tableOf(existsSync(figures) ? figuresIn(readFileSync(figures, 'utf8')) : []);
    console.log(`\n${table}`);
    if (code === 0 && args.includes('--write')) await putIntoDocs(table);
    return code ?? 1;
  } finally {
    await lab.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

process.exit(await main());
