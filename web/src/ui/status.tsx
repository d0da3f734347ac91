import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

/** The meaning of a colour; the icon and the word have the same. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm';

const ICONS: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  bad: 'cross',
  warn: 'warning',
  busy: 'forward',
  calm: 'dash',
};

interface Props {
  readonly tone: Tone;
  readonly icon?: IconName;
  readonly children: ReactNode;
}

/** A state: icon and word in a calm colour. */
export function Status({ tone, icon = ICONS[tone], children }: Props) {
  return (
    <span className={`status status-${tone}`}>
      <Icon name={icon} />
      <span>{children}</span>
    </span>
  );
}
