import type { Colour } from './output.js';
import type { FleetStatus } from '../../api/schema/standing.js';

interface Stands {
  readonly phase: string;
  readonly standing: FleetStatus;
}

/** What a phase alone doesn't show. */
const MORE: Partial<Record<FleetStatus, string>> = {
  paused: 'Paused',
  blocked: 'Blocked',
  invalid: 'Invalid',
  suspended: 'Suspended',
  undone: 'Undone',
  regressed: 'Regressed',
};

const COLOURS: Partial<Record<FleetStatus, Colour>> = {
  failed: 'red',
  invalid: 'red',
  blocked: 'red',
  regressed: 'red',
  waiting: 'yellow',
  paused: 'yellow',
  progressing: 'blue',
  promoting: 'blue',
  starting: 'blue',
  succeeded: 'green',
};

/** The phase, and what it alone doesn't show, in the style of kubectl for a cordoned node: `Progressing,Paused`. */
export function standingText({ phase, standing }: Stands): string {
  const word = MORE[standing];
  return word === undefined ? phase : [phase, word].filter((part) => part !== '').join(',');
}

/** Red needs action, yellow waits for people, blue continues by itself, green is done. */
export function standingColour(standing: FleetStatus): Colour | undefined {
  return COLOURS[standing];
}
