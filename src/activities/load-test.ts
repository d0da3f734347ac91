import { z } from 'zod';
import type { LoadTestSummary } from '../domain/record/record.js';
import { UserError } from '../errors.js';
import { fromHey, loadStateSchema, runLoad, type LoadReport, type LoadState } from '../loadtest/generate.js';
import { splitCommand } from '../loadtest/tasks/command-line.js';
import type { LoadTestInput } from '../workflows/activities.js';
import { readCanary } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';

/** What an attempt leaves for the next one, and shows in the Temporal UI. */
export interface LoadProgress {
  readonly soFar: LoadReport;
  readonly state: LoadState;
}

const progressSchema = z.object({ state: loadStateSchema });

/**
 * Carries the load test of a rollout webhook out here instead of ordering it from a load tester, so that its result is
 * part of the release's record.
 *
 * @param signal ends it; what was found so far is returned
 * @param progress told once a second how it goes
 * @param former what `progress` was told last by an attempt that did not end: this one carries out what is left
 * @throws UserError where the webhook is gone, or its command can't be carried out
 */
export async function loadTest(
  deps: Dependencies,
  input: LoadTestInput,
  signal: AbortSignal,
  progress: (soFar: LoadProgress) => void,
  former?: unknown,
): Promise<LoadTestSummary> {
  const view = await readCanary(deps, input.canary);
  const webhook = view?.canary?.analysis.webhooks.find(({ type, name }) => type === 'rollout' && name === input.hook);
  const command = webhook?.metadata?.['cmd'];
  if (command === undefined) throw new UserError(`there is no webhook ${input.hook} with a command any more`);
  const line = splitCommand(command);
  if (!line.ok) throw new UserError(`the command of webhook ${input.hook} can't be read: ${line.problem}`);
  return runLoad(fromHey(line.words, input.hook), {
    signal,
    onProgress: (soFar, state) => progress({ soFar, state }),
    // What another version has left, and can't be read, is made anew.
    resume: progressSchema.safeParse(former).data?.state,
  });
}
