import type { HookRound } from '../domain/findings.js';
import { UserError } from '../errors.js';
import { parseStatus } from '../crds/status.js';
import type { CallHooksInput } from '../workflows/activities.js';
import { readCanary, canaryContext } from '../canary/read.js';
import type { Dependencies } from '../dependencies.js';

/** Calls webhooks that follow a release; they may take their time, since nothing waits for them. */
export async function callHooks(deps: Dependencies, input: CallHooksInput, signal: AbortSignal): Promise<HookRound> {
  // A cache that doesn't have the Canary yet is no reason to call no webhook.
  const view = (await readCanary(deps, input.canary)) ?? (await readCanary(deps, input.canary, true));
  if (!view) return { results: [] };
  try {
    const status = parseStatus(view.object['status']);
    const applied = { hash: status.lastAppliedSpec, configs: status.trackedConfigs };
    const inquiry = { occasion: input.origin ?? '', signal };
    return await deps.checks.hooks(canaryContext(deps, view), { applied }, input.type, input.phase, inquiry);
  } catch (error) {
    if (error instanceof UserError) return { results: [] };
    throw error;
  }
}
