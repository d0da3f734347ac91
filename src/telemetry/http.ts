import type { RequestOptions } from 'node:http';
import { isIPv6 } from 'node:net';
import { context, createContextKey, type Context } from '@opentelemetry/api';
import type { HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http';

const QUIET = createContextKey('requests are not traced');
const PROBES = /^\/(healthz|readyz|metrics)(\?|$)/;

/** A context in which requests aren't traced. */
export function withoutHttp(parent: Context): Context {
  return parent.setValue(QUIET, true);
}

/**
 * Traces requests that are made for an activity or for a caller of the API, and those of callers.
 *
 * @param kubernetes URL of the API server. Of the requests sent, only those to it are recorded with their path, and none
 *   with its query: addresses of webhooks and metrics servers may hold tokens
 */
export function httpOptions(kubernetes: string): HttpInstrumentationConfig {
  const { host } = new URL(kubernetes);
  return {
    // What goes on in the background, such as watches, has no beginning and no end that would tell anybody anything.
    requireParentforOutgoingSpans: true,
    ignoreOutgoingRequestHook: (request) => isWatch(request) || context.active().getValue(QUIET) === true,
    ignoreIncomingRequestHook: ({ url = '' }) => PROBES.test(url),
    startOutgoingSpanHook: (request) => ({ 'url.full': safeUrl(request, host) }),
  };
}

function isWatch({ path }: RequestOptions): boolean {
  return path?.includes('watch=true') ?? false;
}

function safeUrl(request: RequestOptions, kubernetesHost: string): string {
  const { hostname, host, port } = request;
  const name = hostname ?? host ?? 'localhost';
  const url = new URL(`${request.protocol ?? 'http:'}//${isIPv6(name) ? `[${name}]` : name}`);
  if (port) url.port = String(port);
  return url.host === kubernetesHost ? `${url.origin}${request.path?.split('?')[0] ?? '/'}` : url.origin;
}
