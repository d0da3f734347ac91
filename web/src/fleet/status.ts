import type { CanaryStatus } from '../api/types.js';
import type { IconName } from '../ui/icon.js';
import type { Tone } from '../ui/status.js';

const LOOK: Readonly<Record<CanaryStatus, { readonly tone: Tone; readonly icon: IconName }>> = {
  failed: { tone: 'bad', icon: 'cross' },
  regressed: { tone: 'bad', icon: 'warning' },
  undone: { tone: 'calm', icon: 'back' },
  invalid: { tone: 'bad', icon: 'warning' },
  blocked: { tone: 'bad', icon: 'warning' },
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

/** The most important first. */
const ORDER: readonly Tone[] = ['bad', 'warn', 'busy'];

/** The state of the whole fleet: that of the Canary that needs most attention; calm where none does. */
export function toneOfAll(rows: readonly { readonly standing: CanaryStatus }[]): Tone {
  const tones = new Set(rows.map(({ standing }) => LOOK[standing].tone));
  return ORDER.find((tone) => tones.has(tone)) ?? 'calm';
}

/** How the page shows a Canary's status, which the server decides. */
export function lookOf(standing: CanaryStatus): { readonly tone: Tone; readonly icon: IconName } {
  return LOOK[standing];
}
