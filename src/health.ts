import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { messageOf } from './errors.js';

/** The source of the metrics. */
export interface Exposition {
  readonly contentType: string;
  expose(): Promise<string>;
}

/** Whether a part of the process can do its work now. */
type Ready = () => boolean;

export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A process' answers to probes and Prometheus: `/healthz` (it runs), `/readyz` (all its parts work), `/metrics`. After
 * `expect` a part counts as not ready until it reports otherwise.
 */
export class Health {
  private readonly parts = new Map<string, Ready>();

  constructor(private readonly exposition: Exposition = ofProcess()) {}

  /** @returns receives the check whether the part is ready, once there is one */
  expect(part: string): (ready: Ready) => void {
    this.parts.set(part, () => false);
    return (ready) => this.parts.set(part, ready);
  }

  /** Parts that aren't ready; none when all is well. */
  missing(): readonly string[] {
    return [...this.parts].filter(([, ready]) => !ready()).map(([part]) => part);
  }

  /** @throws Error where the port can't be had */
  async listen(host: string, port: number): Promise<HealthServer> {
    const server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => response.writeHead(500).end(messageOf(error)));
    });
    server.requestTimeout = 5_000;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const { address, family, port: bound } = server.address() as AddressInfo;
    return {
      url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(405, 'GET only');
      return;
    }
    const missing = this.missing();
    switch (request.url?.split('?')[0]) {
      case '/healthz':
        send(200, 'OK');
        return;
      case '/readyz':
        if (missing.length === 0) send(200, 'OK');
        else send(503, `not ready: ${missing.join(', ')}`);
        return;
      case '/metrics':
        send(200, await this.exposition.expose(), this.exposition.contentType);
        return;
      default:
        send(404, 'there are /healthz, /readyz and /metrics');
    }
  }
}

/** Memory, CPU and event loop, for processes without other metrics. */
function ofProcess(): Exposition {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { contentType: registry.contentType, expose: () => registry.metrics() };
}
