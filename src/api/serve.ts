import type { Client } from '@temporalio/client';
import type { Dependencies } from '../dependencies.js';
import { messageOf } from '../errors.js';
import { doubling, retrying } from '../retrying.js';
import { buildApi } from './build.js';
import type { ApiOptions } from './options.js';
import type { App } from './routes/app.js';
import { aborted } from '../aborted.js';

export interface ServeOptions extends ApiOptions {
  readonly host: string;
  /** Any free one where 0. */
  readonly port: number;
  /** Keep trying where the port is taken: the process' other tasks are more important. */
  readonly patient: boolean;
}

const DEVELOPMENT = 'No login required: whoever reaches this port on loopback may do everything';

const pauseAfter = doubling(1_000, 30_000);

/**
 * Serves the API until the signal aborts, and lets requests under way finish.
 *
 * @param report receives the check whether it serves
 * @throws Error where the port is taken, and the process has nothing else to do
 */
export async function serveApi(
  deps: Dependencies,
  temporal: Client,
  options: ServeOptions,
  signal: AbortSignal,
  report: (ready: () => boolean) => void,
): Promise<void> {
  const app = buildApi(deps, temporal, options);
  try {
    await listen(app, deps, options, signal);
    report(() => app.server.listening);
    await aborted(signal);
  } finally {
    await app.close();
  }
}

async function listen(app: App, deps: Dependencies, options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { host, port, authentication, patient } = options;
  const attempt = async (): Promise<void> => {
    try {
      const url = await app.listen({ host, port });
      deps.log.info({ url, authentication: authentication.kind }, `Starting HTTP server on port ${new URL(url).port}`);
    } catch (error) {
      const problem = `the API can't listen on ${host}:${port} (${messageOf(error)}); --host and --port choose another`;
      throw new Error(problem, { cause: error });
    }
  };
  await retrying(
    attempt,
    (problem, made) => {
      if (!patient) return undefined;
      deps.log.error({}, `${messageOf(problem)}; trying again`);
      return pauseAfter(made);
    },
    { signal },
  );
  if (authentication.kind === 'none') deps.log.warn({}, DEVELOPMENT);
}
