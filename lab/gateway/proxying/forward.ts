import type { Agent } from 'node:http';
import type { Endpoint } from '../cluster/endpoints.js';
import type { PodLookup } from '../cluster/pod-lookup.js';
import { attempt, type Attempt, type UpstreamRequest } from './attempt.js';

type Lookup = Pick<PodLookup, 'place' | 'forget'>;

/** Methods that may be repeated without asking anybody. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

export type Forwarded =
  | {
      readonly kind: 'answered';
      readonly endpoint: Endpoint;
      readonly answer: (Attempt & { kind: 'answered' })['answer'];
    }
  | { readonly kind: 'failed'; readonly endpoint: Endpoint; readonly error: Error; readonly timedOut: boolean };

/**
 * Sends a request to the first of the endpoints that answers, by nginx' rules: the next one is tried when
 * there was no connection at all, or when the request may be repeated; an endpoint gets a second chance
 * when a connection kept from before turned out to be closed.
 */
export async function forward(
  endpoints: readonly [Endpoint, ...Endpoint[]],
  upstream: UpstreamRequest,
  agent: Agent,
  lookup: Lookup,
): Promise<Forwarded> {
  const queue = [...endpoints];
  let [endpoint] = endpoints;
  for (;;) {
    endpoint = queue.shift() ?? endpoint;
    const tried = await tryEndpoint(endpoint, upstream, agent, lookup);
    if (tried.kind === 'answered') return { kind: 'answered', endpoint, answer: tried.answer };
    const { error, timedOut, onKeptConnection, sent } = tried;
    const repeatable = !sent || (IDEMPOTENT.has(upstream.method) && upstream.body.repeatable);
    if (repeatable && onKeptConnection) queue.push(endpoint);
    if (!repeatable || queue.length === 0 || upstream.signal.aborted) {
      return { kind: 'failed', endpoint, error, timedOut };
    }
  }
}

async function tryEndpoint(
  endpoint: Endpoint,
  upstream: UpstreamRequest,
  agent: Agent,
  lookup: Lookup,
): Promise<Attempt> {
  try {
    const place = await lookup.place(endpoint);
    const tried = await attempt(place, upstream, agent);
    if (tried.kind === 'answered' || tried.sent) return tried;
    // Nobody there: the pod is gone, or it was started anew and its address now means another port.
    lookup.forget(endpoint.ip);
    const newPlace = await lookup.place(endpoint);
    return newPlace.port === place.port ? tried : await attempt(newPlace, upstream, agent);
  } catch (cause) {
    const error = new Error(`${endpoint.ip} can't be found`, { cause });
    return { kind: 'failed', error, sent: false, onKeptConnection: false, timedOut: false };
  }
}
