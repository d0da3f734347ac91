import type { SweepReport } from './activities.js';
import { sweeper } from './activity-proxies.js';

/**
 * One round of the janitor, started by a Temporal Schedule: finds releases whose workflow was terminated, timed out or
 * is stuck, and has them rolled back; and changes that nobody has reported.
 */
export async function janitor(): Promise<SweepReport> {
  return sweeper().sweep();
}
