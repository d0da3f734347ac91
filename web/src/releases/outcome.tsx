import { useLanguage } from '../i18n/language.js';
import type { IconName } from '../ui/icon.js';
import { Status, type Tone } from '../ui/status.js';

const LOOKS: Readonly<Record<string, { readonly tone: Tone; readonly icon: IconName }>> = {
  promoted: { tone: 'good', icon: 'check' },
  initialized: { tone: 'calm', icon: 'check' },
  reconciled: { tone: 'calm', icon: 'check' },
  'rolled-back': { tone: 'bad', icon: 'cross' },
  aborted: { tone: 'bad', icon: 'cross' },
  rejected: { tone: 'bad', icon: 'cross' },
  'promotion-failed': { tone: 'bad', icon: 'warning' },
  undone: { tone: 'bad', icon: 'back' },
};

/** What became of a release. */
export function OutcomeStatus({ outcome }: { readonly outcome: string }) {
  const { t } = useLanguage();
  return (
    <Status {...(LOOKS[outcome] ?? { tone: 'calm', icon: 'dash' })}>{t.releases.outcomes[outcome] ?? outcome}</Status>
  );
}
