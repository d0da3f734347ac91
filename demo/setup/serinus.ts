import type { Launched } from '../../lab/process/launched.js';
import { logTail } from '../../lab/process/log-tail.js';
import { startAllOfSerinus } from '../../lab/serinus.js';
import { DemoError } from '../errors.js';
import type { Place } from '../place/place.js';

const TAIL_LINES = 12;

/** The Serinus process of the demo. */
export interface RunningSerinus {
  /** Of its API. */
  readonly url: string;
  readonly log: string;
  /** Aborts with a DemoError when the process has ended without being asked to. */
  readonly died: AbortSignal;
  /** The end of its log, for an error message. */
  readonly tail: () => string;
}

/**
 * Starts `serinus all` against the demo's servers.
 *
 * @param minIntervalSeconds shorter analysis intervals than that are raised to it
 */
export async function runSerinus(place: Place, minIntervalSeconds: number): Promise<RunningSerinus> {
  const { process: launched, url } = await startAllOfSerinus(place.lab, [
    `--cluster-name=${place.canary.cluster}`,
    `--min-interval=${minIntervalSeconds}`,
    ...place.serinusArguments,
  ]);
  const tail = () => `the end of ${launched.log}:\n${logTail(launched.log, TAIL_LINES)}`;
  const died = new AbortController();
  let stopping = false;
  void place.lab.stopped.then(() => (stopping = true));
  void launched.exited.then(() => {
    if (!stopping) died.abort(new DemoError(`Serinus has ended (${describeEnd(launched)}); ${tail()}`));
  });
  return { url, log: launched.log, died: died.signal, tail };
}

function describeEnd({ startError, exit }: Launched): string {
  return startError?.message ?? exit?.signal ?? `exit code ${exit?.code ?? 'unknown'}`;
}
