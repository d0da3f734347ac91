import type { Colour } from './output.js';
import type { FleetStatus } from '../../api/schema/standing.js';

interface Stands {
  readonly phase: string;
  readonly standing: FleetStatus;
}

/** What a phase alone doesn't tell. */
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

/** The phase, and what that alone doesn't tell, as kubectl has it of a node that is cordoned: `Progressing,Paused`. */
export function standingText({ phase, standing }: Stands): string {
  const word = MORE[standing];
  return word === undefined ? phase : [phase, word].filter((part) => part !== '').join(',');
}

/** What people see at once: red needs somebody, yellow waits for somebody, blue goes on by itself, green is done. */
export function standingColour(standing: FleetStatus): Colour | undefined {
  return COLOURS[standing];
}
