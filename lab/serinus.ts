import type { Launched } from './process/launched.js';
import { freePort } from './process/ports.js';
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

/** A Serinus process with all its parts, and where its API answers. */
export interface AllOfSerinus {
  readonly process: Launched;
  readonly url: string;
}

/** Starts `serinus all` as {@link startSerinus} does, with its API on a free port: several labs may have one. */
export async function startAllOfSerinus(
  lab: Lab,
  args: readonly string[] = [],
  options: SerinusOptions = {},
): Promise<AllOfSerinus> {
  const port = await freePort();
  const process = startSerinus(lab, ['all', '--host=127.0.0.1', `--port=${port}`, ...args], options);
  return { process, url: `http://127.0.0.1:${port}` };
}
