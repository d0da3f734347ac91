import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What routes may look at in a request. */
export interface RequestFacts {
  readonly method: string;
  /** Without port, in lower case. */
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  /** 32 random hexadecimal digits, as nginx gives each request. */
  readonly requestId: string;
}

/** The facts of a request with this method, target (`/path?query`), host and headers. */
export function requestFacts(
  method: string,
  target: string,
  host: string,
  headers: IncomingHttpHeaders,
  remoteAddress = '',
): RequestFacts {
  const mark = target.indexOf('?');
  return {
    method,
    host: host.replace(/:\d+$/, '').toLowerCase(),
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers,
    remoteAddress,
    requestId: randomBytes(16).toString('hex'),
  };
}

/** The value of a cookie, or undefined. */
export function cookie(headers: IncomingHttpHeaders, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
