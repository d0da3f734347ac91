// `npm run histories [-- NAME …]`: records the histories that the replay tests replay, from real runs on a real Temporal
// server. Without names all are recorded, and what is no longer recorded is removed. See docs/testing.md.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { startLab } from '../../lab/lab.js';
import { makeBundle } from '../../src/worker/bundle.js';
import { ENDING, HISTORIES, packed, toJson, type History } from './saved.js';
import { FakeCluster } from '../harness/temporal/fake-cluster.js';
import { cleaned } from './recording/clean.js';
import type { Scenario } from './recording/scenario.js';
import { SCENARIOS } from './recording/scenarios.js';
import { Scene } from './recording/scene.js';

/** Most of a recording is waiting for timers. */
const AT_ONCE = 6;
/** A release continues as new after so many events here, so that its histories stay small. */
const SUGGEST_NEW_AFTER = 300;
const BROKEN = fileURLToPath(new URL('../harness/temporal/broken.ts', import.meta.url));

async function main(): Promise<number> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    console.error(
      `there is no history ${unknown.join(', ')}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`,
    );
    return 2;
  }
  const began = Date.now();
  const lab = await startLab({
    servers: ['temporal'],
    log: (line) => console.error(line),
    temporal: { dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': String(SUGGEST_NEW_AFTER) } },
  });
  const scratch = mkdtempSync(join(tmpdir(), 'serinus-histories-'));
  try {
    Object.assign(process.env, lab.environment());
    const recorder = new Recorder(await bundles(scratch));
    await recorder.record(wanted.length === 0 ? SCENARIOS : SCENARIOS.filter(({ name }) => wanted.includes(name)));
    if (wanted.length === 0) recorder.removeOthers();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    await lab.stop();
  }
  console.log(`recorded in ${Math.round((Date.now() - began) / 1000)} s`);
  return 0;
}

interface Bundles {
  readonly sound: WorkflowBundleOption;
  readonly broken: WorkflowBundleOption;
}

/** From files, so that all workers read the same. */
async function bundles(folder: string): Promise<Bundles> {
  const written = async (name: string, workflowsPath?: string): Promise<WorkflowBundleOption> => {
    const codePath = join(folder, `${name}.js`);
    writeFileSync(codePath, (await makeBundle(workflowsPath)).code);
    return { codePath };
  };
  return { sound: await written('sound'), broken: await written('broken', BROKEN) };
}

class Recorder {
  private readonly written = new Set<string>();

  constructor(private readonly bundles: Bundles) {
    mkdirSync(HISTORIES, { recursive: true });
  }

  async record(scenarios: readonly Scenario[]): Promise<void> {
    const left = [...scenarios];
    const work = async (): Promise<void> => {
      for (let scenario = left.shift(); scenario; scenario = left.shift()) await this.recordOne(scenario);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** What was recorded once, and isn't any more. */
  removeOthers(): void {
    for (const file of readdirSync(HISTORIES)) {
      if (file.endsWith(ENDING) && !this.written.has(file)) rmSync(join(HISTORIES, file));
    }
  }

  private async recordOne({ name, cluster: prepare, play, broken }: Scenario): Promise<void> {
    const cluster = new FakeCluster();
    prepare?.(cluster);
    const scene = await Scene.open(cluster, broken ? this.bundles.broken : this.bundles.sound);
    try {
      await play(scene);
      const { client, handle } = scene.bench;
      for (const [other, workflowId] of [[name, handle.workflowId] as const, ...scene.others]) {
        const chain = await historiesOf(client, workflowId);
        for (const [index, history] of chain.entries())
          this.save(index === 0 ? other : `${other}-${index + 1}`, history);
      }
    } catch (error) {
      throw new Error(`${name} could not be recorded`, { cause: error });
    } finally {
      await scene.bench.close();
    }
  }

  private save(name: string, history: History): void {
    const file = `${name}${ENDING}`;
    writeFileSync(join(HISTORIES, file), packed(cleaned(toJson(history))));
    this.written.add(file);
    console.log(`${file}: ${history.events?.length ?? 0} events`);
  }
}

/** The histories of a run and of those that it continued in, the first one first. */
async function historiesOf(client: Client, workflowId: string): Promise<readonly History[]> {
  const runs: History[] = [];
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  let runId: string | null | undefined = raw.workflowExecutionInfo?.firstRunId;
  while (runId) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push(history);
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

process.exit(await main());
