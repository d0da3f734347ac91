import { archiveOf } from '../../src/archive/registry.js';
import type { Archive } from '../../src/archive/port.js';
import type { Place } from './contract.js';

/** The archive that a setting names. */
export function opened(setting: string): Archive {
  const archive = archiveOf(setting);
  if (!archive) throw new Error(`${setting} is no archive`);
  return archive.open();
}

export function placeAt(setting: string): Place {
  return { open: () => opened(setting) };
}
