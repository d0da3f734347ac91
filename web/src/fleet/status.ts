import type { FleetRow } from '../api/types.js';
import type { IconName } from '../ui/icon.js';
import type { Tone } from '../ui/status.js';

/** How a Canary stands, as people speak of it: its phase, and what a phase alone doesn't tell. */
export type CanaryStatus =
  | 'failed'
  | 'waiting'
  | 'paused'
  | 'invalid'
  | 'suspended'
  | 'progressing'
  | 'promoting'
  | 'starting'
  | 'succeeded'
  | 'initialized'
  | 'leaving';

type Known = Pick<FleetRow, 'phase' | 'problem' | 'suspended' | 'attention'>;

export function statusOf(row: Known): CanaryStatus {
  if (row.problem !== undefined) return 'invalid';
  if (row.attention?.startsWith('paused')) return 'paused';
  if (row.attention?.startsWith('waits for approval')) return 'waiting';
  switch (row.phase) {
    case 'Failed':
      return 'failed';
    case 'Waiting':
    case 'WaitingPromotion':
      return 'waiting';
    case 'Progressing':
      return 'progressing';
    case 'Promoting':
    case 'Finalising':
      return 'promoting';
    case 'Terminating':
    case 'Terminated':
      return 'leaving';
    case '':
    case 'Initializing':
      return row.suspended ? 'suspended' : 'starting';
    case 'Initialized':
      return row.suspended ? 'suspended' : 'initialized';
    case 'Succeeded':
      return row.suspended ? 'suspended' : 'succeeded';
  }
}

const LOOK: Readonly<Record<CanaryStatus, { readonly tone: Tone; readonly icon: IconName }>> = {
  failed: { tone: 'bad', icon: 'cross' },
  invalid: { tone: 'bad', icon: 'warning' },
  waiting: { tone: 'warn', icon: 'clock' },
  paused: { tone: 'warn', icon: 'pause' },
  suspended: { tone: 'calm', icon: 'pause' },
  progressing: { tone: 'busy', icon: 'forward' },
  promoting: { tone: 'busy', icon: 'up' },
  starting: { tone: 'busy', icon: 'dots' },
  succeeded: { tone: 'good', icon: 'check' },
  initialized: { tone: 'calm', icon: 'dot' },
  leaving: { tone: 'calm', icon: 'dash' },
};

export function lookOf(status: CanaryStatus): { readonly tone: Tone; readonly icon: IconName } {
  return LOOK[status];
}

/** Whether somebody should look: the server says why; where an older one doesn't, its phase does. */
export function needsAttention(row: Known): boolean {
  return row.attention !== undefined || ['failed', 'waiting', 'paused', 'invalid'].includes(statusOf(row));
}
