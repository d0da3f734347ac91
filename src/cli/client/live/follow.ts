import { setTimeout as sleep } from 'node:timers/promises';
import type { Live } from '../../../api/schema/live.js';
import { ApiRefusal, Unreachable, type ApiClient } from '../api-client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailed } from '../failed.js';
import { sentLiveSchema } from '../sent.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * A Canary's live state, until the signal aborts. A stream that breaks off is reopened.
 *
 * @param lost receives the reason when the server can't be reached
 * @throws CommandFailed where the Canary no longer exists, or the user may not see it
 */
export async function* follow(
  client: ApiClient,
  canary: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
  lost: (why: string) => void,
): AsyncGenerator<Live> {
  let lastId = '';
  for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      for await (const { event, id, data } of client.liveStream(canary, lastId, signal)) {
        pause = FIRST_PAUSE_MS;
        lastId = id;
        if (event === 'gone') throw new CommandFailed(EXIT.error, `${canary.name}.${canary.namespace} was deleted`);
        if (event === 'release') yield sentLiveSchema.parse(JSON.parse(data));
      }
      // The server has ended it, as it does when it stops.
    } catch (error) {
      if (signal.aborted) return;
      const passing = error instanceof Unreachable || (error instanceof ApiRefusal && error.passing);
      if (!passing) throw error;
      lost(error.message);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
