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
 * Runs the load test of a rollout webhook here, not at a load tester, so that its result is part of the release's
 * record.
 *
 * @param signal ends it; the results so far are returned
 * @param progress gets the results so far once a second
 * @param former the last progress of an attempt that was interrupted: this one continues from there
 * @throws UserError where the webhook no longer exists, or its command can't be run
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
    // Progress of another version that can't be parsed is discarded.
    resume: progressSchema.safeParse(former).data?.state,
  });
}
