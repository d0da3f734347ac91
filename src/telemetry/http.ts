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
 * Traces requests made for an activity or for a caller of the API, and requests by callers.
 *
 * @param kubernetes URL of the API server. Only requests sent to it are recorded with their path, and none with its
 *   query: addresses of webhooks and metrics servers may hold tokens
 */
export function httpOptions(kubernetes: string): HttpInstrumentationConfig {
  const { host } = new URL(kubernetes);
  return {
    // Background work, such as watches, has no meaningful beginning or end.
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
