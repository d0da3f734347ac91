import { PHASES, type Phase } from '../../../src/domain/phases.js';

/** The phase that a text names; as if nobody had looked yet where it is none that is known here. */
export function knownPhase(text: string | undefined): Phase {
  return PHASES.find((phase) => phase === text) ?? '';
}
