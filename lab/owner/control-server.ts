import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { freePort } from '../process/ports.js';
import { SERVER_NAMES, type ServerName } from '../types.js';

/** What another process may ask of the owner. */
export interface ControlHandlers {
  stopServer(name: ServerName, signal: NodeJS.Signals | undefined): Promise<void>;
  startServer(name: ServerName): Promise<void>;
  stopLab(): Promise<void>;
}

/**
 * The owner's door for other processes. Servers are stopped and started by their owner only, so that it
 * knows a stop from a crash and holds what it starts on its leash.
 */
export class ControlServer {
  readonly token = randomBytes(16).toString('hex');
  readonly #server: Server;
  #port = 0;

  constructor(handlers: ControlHandlers) {
    this.#server = createServer((request, response) => void this.#serve(request, response, handlers));
    // It is no reason for the owner to stay.
    this.#server.unref();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    this.#port = await freePort();
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve);
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse, handlers: ControlHandlers): Promise<void> {
    const answer = (code: number, text = '') => response.writeHead(code, { connection: 'close' }).end(text);
    if (request.headers.authorization !== `Bearer ${this.token}`) return void answer(401, 'wrong token');
    try {
      const handled = handle(new URL(request.url ?? '/', this.url), handlers);
      if (!handled) return void answer(404, `no such order: ${request.url}`);
      await handled;
      answer(200);
    } catch (error) {
      answer(500, error instanceof Error ? error.message : String(error));
    }
  }
}

function handle(url: URL, handlers: ControlHandlers): Promise<void> | undefined {
  const [, noun, name, verb] = url.pathname.split('/');
  if (noun === 'stop') return handlers.stopLab();
  const server = SERVER_NAMES.find((one) => one === name);
  if (noun !== 'servers' || !server) return undefined;
  if (verb === 'start') return handlers.startServer(server);
  if (verb === 'stop') return handlers.stopServer(server, toSignal(url.searchParams.get('signal')));
  return undefined;
}

function toSignal(text: string | null): NodeJS.Signals | undefined {
  const signals = ['SIGTERM', 'SIGINT', 'SIGKILL', 'SIGHUP', 'SIGSTOP', 'SIGCONT'] as const;
  return signals.find((signal) => signal === text);
}
