import http, { type ClientRequest, type RequestOptions } from 'node:http';
import https from 'node:https';
import { proxyFor, unbracketed, type Environment } from './proxy.js';
import type { LoadSpec } from './spec.js';

/** The result of one request. */
export type Sent =
  | { readonly kind: 'answered'; readonly status: number; readonly milliseconds: number }
  | { readonly kind: 'unanswered'; readonly code: string }
  | { readonly kind: 'cancelled' };

/** Repeating these is harmless (RFC 9110, section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const CLOSED_UNDER_US = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Sends the requests of one run over its connections.
 *
 * Uses `node:http` where everything else here uses axios: with an interceptor chain, a config and several promises a
 * request, axios would measure itself rather than the service.
 */
export class Sender {
  private readonly agent: http.Agent;
  private readonly options: RequestOptions;
  private readonly transport: typeof http | typeof https;
  private readonly underWay = new Set<ClientRequest>();
  private cancelled = false;

  constructor(
    private readonly spec: LoadSpec,
    environment: Environment,
  ) {
    const url = new URL(spec.url);
    const pool = { keepAlive: spec.keepAlive, maxSockets: spec.connections, maxFreeSockets: spec.connections };
    this.transport = url.protocol === 'https:' ? https : http;
    this.agent =
      url.protocol === 'https:'
        ? new https.Agent({ ...pool, rejectUnauthorized: !spec.skipTlsVerify })
        : new http.Agent(pool);
    this.options = { ...requestOptions(spec, url, proxyFor(url, environment)), agent: this.agent };
  }

  /** Sends one request and reads its answer to the end. */
  async send(): Promise<Sent> {
    const first = await this.attempt();
    // A kept connection that the server has closed meanwhile says nothing about the service; a new one does.
    return first.stale && !this.cancelled ? (await this.attempt()).sent : first.sent;
  }

  /** Ends all requests that are under way; they count as cancelled, and so do later ones. */
  cancel(): void {
    this.cancelled = true;
    for (const request of this.underWay) request.destroy();
  }

  close(): void {
    this.agent.destroy();
  }

  private attempt(): Promise<{ sent: Sent; stale: boolean }> {
    if (this.cancelled) return Promise.resolve({ sent: { kind: 'cancelled' }, stale: false });
    return new Promise((resolve) => {
      let sent: Sent | undefined;
      let stale = false;
      const started = performance.now();
      const request = this.transport.request(this.options);
      this.underWay.add(request);
      const fail = (code: string) => (sent ??= this.cancelled ? { kind: 'cancelled' } : { kind: 'unanswered', code });
      const timer = setTimeout(() => {
        fail('TIMEOUT');
        request.destroy();
      }, this.spec.timeoutSeconds * 1_000);
      request.on('response', (response) => {
        response.on('end', () => {
          clearTimeout(timer);
          sent ??= { kind: 'answered', status: response.statusCode ?? 0, milliseconds: performance.now() - started };
        });
        response.on('error', (error) => fail(codeOf(error)));
        response.resume();
      });
      request.on('error', (error) => {
        stale = sent === undefined && this.isStale(request, error);
        fail(codeOf(error));
      });
      // The one event that always comes, after all others.
      request.on('close', () => {
        clearTimeout(timer);
        this.underWay.delete(request);
        resolve({ sent: sent ?? fail('ECONNRESET'), stale });
      });
      request.end(this.spec.body);
    });
  }

  private isStale(request: ClientRequest, error: Error): boolean {
    return request.reusedSocket && CLOSED_UNDER_US.has(codeOf(error)) && IDEMPOTENT.has(this.spec.method);
  }
}

function requestOptions(spec: LoadSpec, url: URL, proxy: URL | undefined): RequestOptions {
  const path = `${url.pathname}${url.search}`;
  const headers: Record<string, string> = {
    Host: spec.host ?? url.host,
    'User-Agent': 'serinus',
    ...(url.username || url.password ? { Authorization: basic(url) } : {}),
    ...spec.headers,
    // Node doesn't set it for GET and DELETE, and the body would be taken for the next request.
    ...(spec.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(spec.body)) }),
  };
  if (proxy) {
    // The absolute form names the destination, the Host header the host to ask for there.
    const credentials = proxy.username || proxy.password ? { 'Proxy-Authorization': basic(proxy) } : {};
    return {
      hostname: unbracketed(proxy.hostname),
      port: proxy.port || 80,
      path: `http://${url.host}${path}`,
      method: spec.method,
      headers: { ...headers, ...credentials },
    };
  }
  return {
    hostname: unbracketed(url.hostname),
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    path,
    method: spec.method,
    headers,
    ...(spec.host === undefined ? {} : { servername: spec.host.replace(/:\d+$/, '') }),
  };
}

function basic(url: URL): string {
  const pair = `${decoded(url.username)}:${decoded(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % stands for itself
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'ERROR';
}
