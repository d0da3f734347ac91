import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Endpoints } from '../gateway/cluster/endpoints.js';
import type { PodLookup } from '../gateway/cluster/pod-lookup.js';
import { attempt } from '../gateway/proxying/attempt.js';
import { passedOn, upstreamHeaders } from '../gateway/proxying/headers.js';
import { streamedBody } from '../gateway/proxying/request-body.js';
import { LOOPBACK, type Place } from '../node/pod-ports.js';
import { resolveName, type Names } from './names.js';

const TIMEOUT_MS = 60_000;

export interface DnsProxyParts {
  readonly endpoints: Endpoints;
  readonly lookup: PodLookup;
  readonly servesHost: Names['servesHost'];
  readonly prometheusUrl: () => string | undefined;
  readonly planeUrl: () => string | undefined;
  /** Hands a request to the gateway: path and query, and the host asked for. */
  readonly toGateway: (request: IncomingMessage, response: ServerResponse, target: string, host: string) => void;
}

/**
 * A forward proxy that stands in for a cluster's DNS and network: processes on the host that honour
 * HTTP_PROXY can use the URLs of manifests unchanged. It never connects to anything but the lab's own
 * loopback ports.
 */
export class DnsProxy {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #turn = new Map<string, number>();

  constructor(readonly parts: DnsProxyParts) {}

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = absoluteUrl(request.url);
    if (!url) return explain(response, 400, 'this is a forward proxy: ask it for http:// URLs');
    const target = url.pathname + url.search;
    const { host: hostHeader } = request.headers;
    try {
      const names = { endpoints: this.parts.endpoints, servesHost: this.parts.servesHost };
      const destination = resolveName(url.hostname, portOf(url), names);
      if (destination?.kind === 'gateway') {
        // `Host` may say more than the URL: `hey -host app.example.com http://apisix-gateway.apisix/`.
        const host = this.parts.servesHost(url.hostname) ? url.host : (hostHeader ?? url.host);
        return this.parts.toGateway(request, response, target, host);
      }
      await this.#forward(request, response, target, hostHeader ?? url.host, await this.place(url));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else explain(response, 502, error instanceof Error ? error.message : String(error));
    }
  }

  /** What listens behind an in-cluster URL. Rejects with a sentence that says why there is nothing. */
  async place(url: URL): Promise<Place> {
    const { endpoints, lookup, servesHost, prometheusUrl, planeUrl } = this.parts;
    const destination = resolveName(url.hostname, portOf(url), { endpoints, servesHost });
    switch (destination?.kind) {
      case 'service': {
        const { namespace, service, port } = destination;
        const found = endpoints.of(namespace, service, port);
        if (typeof found === 'string') throw new Error(`${url.host}: ${found}`);
        const turn = this.#turn.get(url.host) ?? 0;
        this.#turn.set(url.host, turn + 1);
        const endpoint = found[turn % found.length];
        if (!endpoint) throw new Error(`${url.host}: no ready endpoint`);
        return lookup.place(endpoint);
      }
      case 'pod':
        return lookup.place(destination);
      case 'prometheus': {
        const address = prometheusUrl();
        if (!address) throw new Error(`${url.host}: this lab runs without Prometheus`);
        return { host: LOOPBACK, port: portOf(new URL(address)) };
      }
      case 'plane': {
        const address = planeUrl();
        if (!address) throw new Error(`${url.host}: this lab runs without a data plane of that name`);
        return { host: LOOPBACK, port: portOf(new URL(address)) };
      }
      case 'gateway':
        throw new Error(`${url.host}: the gateway can't be reached this way`);
      case undefined:
        throw new Error(`${url.host} is no name in this lab, and nothing here leads out of it`);
    }
  }

  async #forward(request: IncomingMessage, response: ServerResponse, target: string, host: string, place: Place) {
    const clientGone = new AbortController();
    response.once('close', () => clientGone.abort());
    const upstream = {
      method: request.method ?? 'GET',
      target,
      headers: upstreamHeaders(request, host),
      body: streamedBody(request),
      timeoutMs: TIMEOUT_MS,
      signal: clientGone.signal,
    };
    const tried = await attempt(place, upstream, this.#agent);
    if (tried.kind === 'failed') throw new Error(`${host}: ${tried.error.message}`, { cause: tried.error });
    response.writeHead(tried.answer.statusCode ?? 502, passedOn(tried.answer.rawHeaders));
    await pipeline(tried.answer, response);
  }
}

function absoluteUrl(target: string | undefined): URL | undefined {
  return target?.startsWith('http://') && URL.canParse(target) ? new URL(target) : undefined;
}

function portOf(url: URL): number {
  return Number(url.port || 80);
}

function explain(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'text/plain' }).end(`serinus lab: ${message}\n`);
}
