import type { Launched } from './process/launched.js';
import { ownProcess } from './servers/own-process.js';
import type { Lab } from './types.js';

export interface SerinusOptions {
  /** Name of the log file, for labs in which several run. Default: `serinus`. */
  readonly name?: string;
  /** Variables on top of the lab's environment. */
  readonly env?: Record<string, string>;
}

/**
 * Starts a Serinus process against the lab, for instance `startSerinus(lab, ['all'])`: the command line of
 * this checkout, with the lab's environment, logging to a file of the lab. It ends with the lab at the
 * latest.
 */
export function startSerinus(
  lab: Lab,
  args: readonly string[],
  { name = 'serinus', env = {} }: SerinusOptions = {},
): Launched {
  return lab.launch({ name, env, ...ownProcess('src/cli/main.ts', args) });
}
