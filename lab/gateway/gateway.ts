import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Endpoint, Endpoints } from './cluster/endpoints.js';
import type { PodLookup } from './cluster/pod-lookup.js';
import type { GatewayPlugin, PluginConfig, Upstream } from './plugins/plugin.js';
import { forward, type Forwarded } from './proxying/forward.js';
import { passedOn, upstreamHeaders } from './proxying/headers.js';
import { bufferedBody, streamedBody } from './proxying/request-body.js';
import { requestFacts } from './routing/request-facts.js';
import type { Backend } from './routing/compiled-route.js';
import type { RouteFinder, RouteMatch } from './routing/table.js';

/** nginx' code for a client that did not wait for the answer. */
const CLIENT_CLOSED = 499;

/** A plugin that has something to do for a request, and what. */
interface ActivePlugin {
  readonly plugin: GatewayPlugin;
  readonly config: PluginConfig;
}

/** What is found out about a request while it is served. */
interface Report {
  code: number;
  node: string;
  upstreamMs: number | undefined;
}

/** The data plane: takes a request, finds its route, and sends it to a pod. */
export class Gateway {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #nextStart = new Map<string, number>();

  constructor(
    readonly routes: { readonly table: RouteFinder },
    readonly endpoints: Pick<Endpoints, 'of'>,
    readonly lookup: Pick<PodLookup, 'place' | 'forget'>,
    readonly plugins: readonly GatewayPlugin[],
    readonly log: (line: string) => void,
  ) {}

  /**
   * Serves a request.
   *
   * @param target Path and query. Not taken from the request, where a forward proxy has a whole URL.
   * @param host The host that is asked for.
   */
  async serve(request: IncomingMessage, response: ServerResponse, target: string, host: string): Promise<void> {
    const started = performance.now();
    const method = request.method ?? 'GET';
    const facts = requestFacts(method, target, host, request.headers, request.socket.remoteAddress);
    const match = this.routes.table.match(facts);
    if (!match) return refuse(response, 404, '404 Route Not Found');
    const report: Report = { code: 500, node: '', upstreamMs: undefined };
    try {
      await this.#serveMatched(match, request, response, target, host, report);
    } catch (error) {
      this.log(`${method} ${host}${target}: ${String(error)}`);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, '500 Internal Server Error');
    } finally {
      this.#complete(match, report, performance.now() - started);
    }
  }

  async #serveMatched(
    match: RouteMatch,
    request: IncomingMessage,
    response: ServerResponse,
    target: string,
    host: string,
    report: Report,
  ): Promise<void> {
    const backend = match.route.backends.pick();
    const active = this.#activePlugins(match, backend);
    const wholeBody = active.some(({ plugin }) => plugin.needsWholeBody);
    const body = wholeBody ? await bufferedBody(request) : streamedBody(request);
    for (const { plugin, config } of active) {
      this.#guard(plugin, () => plugin.onRequest?.({ request, target, host, body }, config));
    }
    const endpoints = backend && this.#endpointsOf(backend);
    if (!endpoints) {
      report.code = 503;
      return refuse(response, 503, '503 Service Temporarily Unavailable');
    }
    const asked = performance.now();
    const clientGone = new AbortController();
    response.once('close', () => clientGone.abort());
    const asItCame = { target, headers: upstreamHeaders(request, host), matchedPath: match.path };
    const upstream = {
      ...this.#asked(active, asItCame),
      method: request.method ?? 'GET',
      body,
      timeoutMs: match.route.readTimeoutMs,
      signal: clientGone.signal,
    };
    const forwarded = await forward(endpoints, upstream, this.#agent, this.lookup);
    report.node = forwarded.endpoint.ip;
    await this.#answer(forwarded, response, clientGone.signal, report, (headers) => this.#rewritten(active, headers));
    report.upstreamMs = performance.now() - asked;
  }

  /** Those of the route, then those of the backend. */
  #activePlugins({ route }: RouteMatch, backend: Backend | undefined): readonly ActivePlugin[] {
    return [route.plugins, backend?.plugins ?? new Map<string, PluginConfig>()].flatMap((configs) =>
      this.plugins.flatMap((plugin) => {
        const config = configs.get(plugin.name);
        return config ? [{ plugin, config }] : [];
      }),
    );
  }

  #asked(plugins: readonly ActivePlugin[], upstream: Upstream): Upstream {
    let asked = upstream;
    for (const { plugin, config } of plugins) {
      this.#guard(plugin, () => (asked = plugin.onUpstream?.(asked, config) ?? asked));
    }
    return asked;
  }

  #rewritten(plugins: readonly ActivePlugin[], headers: readonly string[]): string[] {
    let rewritten = headers;
    for (const { plugin, config } of plugins) {
      this.#guard(plugin, () => (rewritten = plugin.onAnswer?.(rewritten, config) ?? rewritten));
    }
    return [...rewritten];
  }

  async #answer(
    forwarded: Forwarded,
    response: ServerResponse,
    clientGone: AbortSignal,
    report: Report,
    rewritten: (headers: readonly string[]) => string[],
  ) {
    if (forwarded.kind === 'failed') {
      report.code = clientGone.aborted ? CLIENT_CLOSED : forwarded.timedOut ? 504 : 502;
      if (clientGone.aborted) return;
      this.log(`${forwarded.endpoint.ip}:${forwarded.endpoint.port}: ${forwarded.error.message}`);
      return refuse(response, report.code, report.code === 504 ? '504 Gateway Time-out' : '502 Bad Gateway');
    }
    const { answer } = forwarded;
    report.code = answer.statusCode ?? 502;
    response.writeHead(report.code, rewritten(passedOn(answer.rawHeaders)));
    try {
      await pipeline(answer, response);
    } catch {
      // One of the two sides broke off. The status is out already, so all that is left is to break off too.
      if (clientGone.aborted && !answer.readableEnded) report.code = CLIENT_CLOSED;
      response.destroy();
    }
  }

  /** The endpoints of a backend, the one whose turn it is first. */
  #endpointsOf({ namespace, service, port }: Backend): [Endpoint, ...Endpoint[]] | undefined {
    const found = this.endpoints.of(namespace, service, port);
    if (typeof found === 'string') return undefined;
    const key = `${namespace}/${service}:${port}`;
    const start = this.#nextStart.get(key) ?? 0;
    this.#nextStart.set(key, start + 1);
    const offset = start % found.length;
    const [first, ...others] = [...found.slice(offset), ...found.slice(0, offset)];
    return first ? [first, ...others] : undefined;
  }

  #complete(match: RouteMatch, report: Report, requestMs: number): void {
    for (const plugin of this.plugins) {
      if (!match.route.plugins.has(plugin.name)) continue;
      this.#guard(plugin, () => plugin.onCompleted?.({ match, ...report, requestMs }, configOf(match, plugin)));
    }
  }

  #guard(plugin: GatewayPlugin, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.log(`plugin ${plugin.name}: ${String(error)}`);
    }
  }
}

function configOf({ route }: RouteMatch, { name }: GatewayPlugin) {
  return route.plugins.get(name) ?? {};
}

/** An answer of the gateway's own, in the form that APISIX gives it. */
function refuse(response: ServerResponse, code: number, message: string): void {
  const body = `${JSON.stringify({ error_msg: message })}\n`;
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  response.writeHead(code, headers).end(body);
}
