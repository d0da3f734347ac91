import { useLanguage } from '../i18n/language.js';
import type { IconName } from '../ui/icon.js';
import { outcomeName } from './outcome-name.js';
import { Status, type Tone } from '../ui/status.js';

const LOOKS: Readonly<Record<string, { readonly tone: Tone; readonly icon: IconName }>> = {
  promoted: { tone: 'good', icon: 'check' },
  initialized: { tone: 'calm', icon: 'check' },
  reconciled: { tone: 'calm', icon: 'check' },
  'rolled-back': { tone: 'bad', icon: 'cross' },
  aborted: { tone: 'bad', icon: 'cross' },
  rejected: { tone: 'bad', icon: 'cross' },
  'promotion-failed': { tone: 'bad', icon: 'warning' },
  died: { tone: 'bad', icon: 'warning' },
  undone: { tone: 'calm', icon: 'back' },
};

/** The outcome of an ended release. @param outcome undefined where it was never recorded */
export function OutcomeStatus({ outcome }: { readonly outcome?: string | undefined }) {
  const { t } = useLanguage();
  return <Status {...lookOf(outcome)}>{outcomeName(outcome, t)}</Status>;
}

export function outcomeTone(outcome: string | undefined): Tone {
  return lookOf(outcome).tone;
}

function lookOf(outcome: string | undefined): { readonly tone: Tone; readonly icon: IconName } {
  return LOOKS[outcome ?? ''] ?? { tone: 'calm', icon: 'dash' };
}
