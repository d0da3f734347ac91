import { request as httpRequest, type Agent, type IncomingMessage } from 'node:http';
import type { Place } from '../../node/pod-ports.js';
import type { RequestBody } from './request-body.js';

/** A request as it is sent to one endpoint. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: RequestBody;
  /** How long the upstream may be silent. */
  readonly timeoutMs: number;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export type Attempt =
  | { readonly kind: 'answered'; readonly answer: IncomingMessage }
  | {
      readonly kind: 'failed';
      readonly error: Error;
      /** Whether any of the request may have reached the upstream. */
      readonly sent: boolean;
      /** It failed on a connection kept from before, which the other side may just have closed. */
      readonly onKeptConnection: boolean;
      readonly timedOut: boolean;
    };

/** Sends a request to where a pod listens and waits for the answer's headers. Never rejects. */
export function attempt({ host, port }: Place, upstream: UpstreamRequest, agent: Agent): Promise<Attempt> {
  return new Promise((resolve) => {
    let sent = false;
    let timedOut = false;
    const outgoing = httpRequest({
      host,
      port,
      method: upstream.method,
      path: upstream.target,
      headers: [...upstream.headers],
      agent,
      signal: upstream.signal,
    });
    outgoing.once('socket', (socket) => {
      // Nothing of the body is touched before there is a connection: until then another endpoint will do.
      const send = () => {
        sent = true;
        upstream.body.sendTo(outgoing);
      };
      if (socket.connecting) socket.once('connect', send);
      else send();
    });
    outgoing.setTimeout(upstream.timeoutMs, () => {
      timedOut = true;
      outgoing.destroy(new Error(`no answer within ${upstream.timeoutMs} ms`));
    });
    outgoing.once('response', (answer) => resolve({ kind: 'answered', answer }));
    // Stays for good: after the answer's headers, errors come through the answer itself.
    outgoing.on('error', (error) => {
      resolve({ kind: 'failed', error, sent, onKeptConnection: outgoing.reusedSocket, timedOut });
    });
  });
}
