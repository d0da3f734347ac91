import { Command } from 'commander';
import type { Parts } from '../engine.js';
import { addEngineFlags, type EngineFlags } from '../options.js';

/** `serinus worker`: carries releases out. */
export function workerCommand(): Command {
  return addEngineFlags(new Command('worker'))
    .description('carry releases out: Temporal workflows and activities')
    .action((flags: EngineFlags) => run(flags, { worker: true, watch: false }));
}

/** `serinus watch`: sees changes in the cluster, and is the dead-man's switch. */
export function watchCommand(): Command {
  return addEngineFlags(new Command('watch'))
    .description('see changes in the cluster and start releases; roll back when nobody else can')
    .action((flags: EngineFlags) => run(flags, { worker: false, watch: true }));
}

/** `serinus all`: everything in one process. */
export function allCommand(): Command {
  return addEngineFlags(new Command('all'))
    .description('worker, watch and api in one process, for small clusters')
    .action((flags: EngineFlags) => run(flags, { worker: true, watch: true }));
}

/** Temporal's native core is only loaded by commands that use it: the others answer at once. */
async function run(flags: EngineFlags, parts: Parts): Promise<void> {
  const { runEngine } = await import('../engine.js');
  await runEngine(flags, parts);
}
