import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { messageOf, UserError } from '../errors.js';
import { Gates } from './gates/routes.js';
import { GateStore } from './gates/store.js';
import { answer, send } from './http/answer.js';
import { LoadTesterMetrics } from './metrics.js';
import { settingsOf, type LoadTesterOptions, type LoadTesterSettings } from './options.js';
import { Service } from './service.js';
import { Tasks } from './tasks/routes.js';
import { TaskRunner } from './tasks/runner.js';

export type { LoadTesterLog } from './log.js';
export { DEFAULT_PROGRAMS, type LoadTesterOptions } from './options.js';

export interface LoadTester {
  /** Where it listens. */
  readonly url: string;
  /** Takes no further request, stops the commands that are running, and returns when they have ended. */
  readonly close: () => Promise<void>;
}

/** As Flagger's: a payload comes at once or not at all. */
const READ_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 15_000;
/** Between SIGTERM and SIGKILL for a command. */
const KILL_GRACE_MS = 3_000;
/** For last answers, when the load tester is closed. */
const CLOSE_GRACE_MS = 1_000;

/**
 * Starts the load tester: gates that people open and close, and commands that put load on a canary.
 *
 * Uses `node:http`: every path takes any method and any content type, which frameworks exist to prevent.
 *
 * @throws UserError where an option, the state file or the token file is invalid, the port is taken, or others could
 *   reach it without a token
 */
export async function startLoadTester(options: LoadTesterOptions): Promise<LoadTester> {
  const settings = await settingsOf(options);
  const gates = new Gates(await GateStore.load(settings.stateFile), settings);
  const metrics = new LoadTesterMetrics();
  const { timeoutMs, environment } = settings;
  const runner = new TaskRunner({ timeoutMs, graceMs: KILL_GRACE_MS, environment }, settings.log, metrics);
  const service = new Service(settings, gates, new Tasks(runner, settings), metrics);
  const server = createServer(
    { requestTimeout: READ_TIMEOUT_MS, keepAliveTimeout: IDLE_TIMEOUT_MS },
    (request, response) => {
      void serve(service, request, response, server, settings);
    },
  );
  const url = await listen(server, settings);
  settings.log.info({ url }, 'load tester listening');
  return { url, close: () => close(server, runner) };
}

async function serve(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  server: Server,
  { log }: LoadTesterSettings,
): Promise<void> {
  try {
    send(response, await service.answer(request), !server.listening);
  } catch (error) {
    if (response.destroyed || request.destroyed) return; // nobody waits for an answer
    log.error({ error: messageOf(error) }, 'request failed');
    send(response, answer(500, 'internal error'), true);
  }
}

async function listen(server: Server, { host, port }: LoadTesterSettings): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw new UserError(`can't listen on ${host}:${port}: ${messageOf(cause)}`, { cause });
  }
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${taken}`;
}

async function close(server: Server, runner: TaskRunner): Promise<void> {
  const closed = server.listening ? once(server, 'close') : Promise.resolve();
  server.close();
  await runner.close();
  const impatience = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearTimeout(impatience);
}
