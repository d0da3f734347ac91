import type { ClientRequest, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** The body of a request on its way upstream. */
export interface RequestBody {
  /** Whether it can be sent a second time, to another endpoint. */
  readonly repeatable: boolean;
  sendTo(upstream: ClientRequest): void;
}

const NO_BODY: RequestBody = { repeatable: true, sendTo: (upstream) => void upstream.end() };

/** A body that is passed on while it comes in, and is gone then. */
export function streamedBody(request: IncomingMessage): RequestBody {
  if (!hasBody(request)) return NO_BODY;
  return { repeatable: false, sendTo: (upstream) => void request.pipe(upstream) };
}

/** A body that is read as a whole first, for requests that go to two places. */
export async function bufferedBody(request: IncomingMessage): Promise<RequestBody> {
  if (!hasBody(request)) return NO_BODY;
  const content = await buffer(request);
  return { repeatable: true, sendTo: (upstream) => void upstream.end(content) };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
