// Every export of this file becomes a workflow type: nothing else belongs here.
import type { SweepReport } from './activities.js';
import { sweeper } from './activity-proxies.js';

export { rollout } from './rollout.js';
export { aftercare } from './aftercare.js';
export { archive } from './archive.js';
export { delivery } from './outbox/delivery.js';

/**
 * One round of the janitor, started by a Temporal Schedule: finds releases whose workflow was terminated, timed out or
 * is stuck, and has them rolled back; and finds changes that no watch process has reported.
 */
export async function janitor(): Promise<SweepReport> {
  return sweeper().sweep();
}
