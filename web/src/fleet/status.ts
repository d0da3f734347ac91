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

/** What counts most comes first. */
const ORDER: readonly Tone[] = ['bad', 'warn', 'busy'];

/** How the whole fleet does: as the Canary that needs somebody most; calm where none does. */
export function toneOfAll(rows: readonly { readonly standing: CanaryStatus }[]): Tone {
  const tones = new Set(rows.map(({ standing }) => LOOK[standing].tone));
  return ORDER.find((tone) => tones.has(tone)) ?? 'calm';
}

/** How the page shows the way in which a Canary stands, which the server tells. */
export function lookOf(standing: CanaryStatus): { readonly tone: Tone; readonly icon: IconName } {
  return LOOK[standing];
}
