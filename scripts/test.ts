// `npm test [-- FILE …]`: every test, on real servers that are started once for the whole run.
//
// The tests come in rounds. `pure` needs nothing. `servers` needs Temporal and the Kubernetes API. `shared` and `lab` need
// traffic through the gateway and run whole releases: those of `shared` by one Serinus, those of `lab` by one each.
// Files may be named to run only those.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { startLab, type Lab } from '../lab/lab.js';
import { makeBundle } from '../src/worker/bundle.js';
import { crdYaml } from '../src/crds/manifests.js';
import { applyYaml } from '../lab/manifests.js';
import { compileCli, compiledTest, compileTests, sourceOfTest } from './tests/compile.js';
import { Durations } from './tests/durations.js';
import { grouped } from './tests/groups.js';
import { rounds, type Round } from './tests/rounds.js';
import { startSharedSerinus, type SharedSerinus } from './tests/shared-serinus.js';

async function main(): Promise<number> {
  const wanted = process.argv.slice(2);
  const planned = rounds(wanted);
  if (planned.length === 0) {
    console.error(`no test file matches ${wanted.join(', ')}`);
    return 2;
  }
  const began = Date.now();
  const scratch = mkdtempSync(join(tmpdir(), 'serinus-test-'));
  let lab: Lab | undefined;
  let failed = false;
  try {
    await compileTests();
    for (const round of planned.filter(({ name }) => name !== 'planes')) {
      if (round.name !== 'pure') lab ??= await openLab();
      if (round.name !== 'pure') await cli();
      const env = environment(lab, scratch);
      const shared = round.name === 'shared' && lab ? await shareSerinus(lab, env) : undefined;
      failed = !(await run(round, { ...env, ...shared?.environment })) || failed;
      await shared?.stop();
    }
  } finally {
    await lab?.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
  const planes = planned.find(({ name }) => name === 'planes');
  if (planes) failed = !(await onRealPlanes(planes)) || failed;
  for (const [file, errors] of firstErrors) console.log(`\nat first, ${file}\n${errors.join('\n')}`);
  if (unstable.size > 0) console.log(`\nUNSTABLE, passed only when run again: ${[...unstable].join(', ')}`);
  if (unstable.size > MOST_UNSTABLE) failed = true;
  console.log(`\n${failed ? 'FAILED' : 'all tests passed'} in ${seconds(began)} s`);
  return failed ? 1 : 0;
}

/** They need a lab of another kind, and a process in its network. */
async function onRealPlanes({ files }: Round): Promise<boolean> {
  const args = ['--import', import.meta.resolve('tsx'), 'scripts/planes.ts', ...files];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  return (await new Promise<number | null>((resolve) => child.on('exit', resolve))) === 0;
}

async function openLab(): Promise<Lab> {
  // A quarter of the API server's processor time goes into collecting garbage otherwise; memory there is enough of.
  process.env['GOGC'] ??= '300';
  const lab = await startLab({
    log: (line) => console.log(line),
    // A release continues as new after some 600 events here, so that tests need not write thousands.
    temporal: { dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '600' } },
  });
  await applyYaml(lab, crdYaml());
  return lab;
}

/** @returns the main module of the command line as tests run it, compiled once */
async function cli(): Promise<string> {
  return (process.env['SERINUS_CLI'] ??= await compileCli());
}

function environment(lab: Lab | undefined, scratch: string): NodeJS.ProcessEnv {
  if (!lab) return process.env;
  return {
    ...process.env,
    ...lab.environment(),
    SERINUS_LAB: lab.directory,
    SERINUS_WORKFLOW_BUNDLE: join(scratch, 'bundle.js'),
  };
}

let bundled = false;

/** Workflows are bundled once for all processes. */
async function bundle(env: NodeJS.ProcessEnv): Promise<void> {
  const path = env['SERINUS_WORKFLOW_BUNDLE'];
  if (path === undefined || bundled) return;
  writeFileSync(path, (await makeBundle()).code);
  bundled = true;
}

async function shareSerinus(lab: Lab, env: NodeJS.ProcessEnv): Promise<SharedSerinus> {
  await bundle(env);
  return startSharedSerinus(lab, await cli(), env);
}

async function run(round: Round, env: NodeJS.ProcessEnv): Promise<boolean> {
  await bundle(env);
  console.log(`\n── ${round.name}: ${round.files.length} files`);
  const began = Date.now();
  const failed = await runFiles(round, env);
  const passed = failed.length === 0 || (failed.length <= RUN_AGAIN && (await passAlone(failed, round, env)));
  console.log(`── ${round.name}: ${passed ? 'passed' : 'failed'} in ${seconds(began)} s`);
  return passed;
}

/** Files of a round that may be run a second time; more failures than that are no accident. */
const RUN_AGAIN = 3;
/** Files of a whole run that may pass only when run again: of some hundreds on real servers, on whatever machine. */
const MOST_UNSTABLE = 1;

/** Files that have passed only when run again. */
const unstable = new Set<string>();
/** Why a file has failed the first time: the end of a long log is where one looks, and all that some places keep. */
const firstErrors = new Map<string, readonly string[]>();

/** Runs files again, one at a time. A test that fails now and then is a defect: it is named at the end of the run. */
async function passAlone(files: readonly string[], round: Round, env: NodeJS.ProcessEnv): Promise<boolean> {
  console.log(`\n── ${round.name}: failed, run again alone: ${files.join(', ')}`);
  const failed = await runFiles({ ...round, files, atOnce: 1 }, env);
  for (const file of files) if (!failed.includes(file)) unstable.add(file);
  return failed.length === 0;
}

/** @returns the files in which a test has failed; all of them where the run broke off */
async function runFiles(round: Round, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'serinus-report-'));
  const list = join(folder, 'list');
  const report = join(folder, 'report');
  const durations = new Durations();
  const inOrder =
    round.processes !== undefined
      ? grouped(round.files, round.processes, durations)
      : durations.longestFirst(round.files).map(compiledTest);
  writeFileSync(list, inOrder.join('\n'));
  const args = ['--enable-source-maps', 'scripts/tests/runner.mjs', list, report, String(round.atOnce)];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env });
  const timer = setTimeout(() => child.kill('SIGKILL'), round.timeoutMinutes * 60_000);
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearTimeout(timer);
  const files = existsSync(report)
    ? merged(readFileSync(report, 'utf8').split('\n').filter(Boolean).map(fileReportOf))
    : [];
  rmSync(folder, { recursive: true, force: true });
  for (const { file, ms } of files) durations.note(file, ms);
  durations.save();
  console.log(`\nslowest files:\n${slowest(files).join('\n')}`);
  if (code === 0) return [];
  const failed = files.filter((one) => one.failed).map(({ file }) => file);
  for (const { file, errors } of files)
    if (errors.length > 0 && !firstErrors.has(file)) firstErrors.set(file, errors.map(shortened));
  // A test in another file than the one that was run doesn't show which file that was.
  const areKnown = failed.length > 0 && failed.every((file) => round.files.includes(file));
  return areKnown ? failed : round.files;
}

/** A file in the reporter's output. */
interface FileReport {
  readonly file: string;
  readonly ms: number;
  readonly failed: boolean;
  readonly errors: readonly string[];
}

function fileReportOf(line: string): FileReport {
  const one = JSON.parse(line) as FileReport;
  return { ...one, file: sourceOfTest(relative(process.cwd(), one.file)) };
}

/** A suite's file occurs twice: as the suite, and as the place of its tests. */
function merged(reports: readonly FileReport[]): FileReport[] {
  const byFile = new Map<string, FileReport>();
  for (const { file, ms, failed, errors } of reports) {
    const before = byFile.get(file);
    byFile.set(file, {
      file,
      ms: ms + (before?.ms ?? 0),
      failed: failed || before?.failed === true,
      errors: [...(before?.errors ?? []), ...errors],
    });
  }
  return [...byFile.values()];
}

const ERROR_CHARACTERS = 1_500;

function shortened(error: string): string {
  return error.length > ERROR_CHARACTERS ? `${error.slice(0, ERROR_CHARACTERS)} …` : error;
}

const SLOWEST_SHOWN = 8;

/** So that whoever waits knows what for. */
function slowest(files: readonly FileReport[]): string[] {
  return [...files]
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST_SHOWN)
    .map(({ file, ms }) => `${(ms / 1000).toFixed(0).padStart(5)} s  ${file}`);
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}

process.exitCode = await main();
