import { fileURLToPath } from 'node:url';
import type { Place } from '../pod-ports.js';
import type { ContainerCommand } from './image.js';

const program = fileURLToPath(new URL('../../programs/misbehave.mjs', import.meta.url));

/** What a tag's ending does to a version. */
const MISBEHAVIOURS: Readonly<Record<string, readonly string[]>> = {
  /** About a third of the requests fail with a 500. */
  errors: ['--error-percent=33'],
  /** Every answer takes 600 to 1200 ms. */
  slow: ['--delay=600-1200'],
  /** Ends soon after its start. */
  crash: ['--exit-after=1500'],
  /** Runs and is never ready. */
  unready: ['--unready'],
};

/** Stands for the port that the wrapper chooses for the program behind it. */
export const INNER_PORT = '{port}';

/** How a tag misbehaves, if it does: the arguments for the wrapper. */
export function misbehaviourOf(tag: string): readonly string[] | undefined {
  const ending = tag.slice(tag.lastIndexOf('-') + 1);
  return ending === tag ? undefined : MISBEHAVIOURS[ending];
}

/**
 * Puts a well-behaved program behind a small proxy that misbehaves for it. Probes and metrics are left
 * alone, so that what happens is what the name says and not a restart by a liveness probe.
 *
 * @param how nothing where the proxy shall pass on everything as it is
 * @param command Listens on INNER_PORT, wherever that stands in its arguments or environment.
 */
export function misbehave(how: readonly string[], listen: Place, command: ContainerCommand): ContainerCommand {
  return {
    file: process.execPath,
    args: [program, `--host=${listen.host}`, `--listen=${listen.port}`, ...how, '--', command.file, ...command.args],
    ...(command.env ? { env: command.env } : {}),
  };
}
