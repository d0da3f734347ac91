import type { LoadTestSummary } from '../domain/record.js';
import { UserError } from '../errors.js';
import { fromHey, runLoad } from '../loadtest/generate.js';
import { splitCommand } from '../loadtest/tasks/command-line.js';
import type { LoadTestInput } from '../workflows/activities.js';
import { readCanary } from './canary.js';
import type { Dependencies } from './dependencies.js';

/**
 * Carries the load test of a rollout webhook out here instead of ordering it from a load tester, so that its result is
 * part of the release's record.
 *
 * @param progress told once a second how it goes; the Temporal UI shows it
 * @throws UserError where the webhook is gone, or its command can't be carried out
 */
export async function loadTest(
  deps: Dependencies,
  input: LoadTestInput,
  signal: AbortSignal,
  progress: (soFar: LoadTestSummary) => void,
): Promise<LoadTestSummary> {
  const view = await readCanary(deps, input.canary);
  const webhook = view?.canary?.analysis.webhooks.find((candidate) => candidate.name === input.hook);
  const command = webhook?.metadata?.['cmd'];
  if (command === undefined) throw new UserError(`there is no webhook ${input.hook} with a command any more`);
  const line = splitCommand(command);
  if (!line.ok) throw new UserError(`the command of webhook ${input.hook} can't be read: ${line.problem}`);
  return runLoad(fromHey(line.words, input.hook), { signal, onProgress: progress });
}
