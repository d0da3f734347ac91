import type { IncomingMessage } from 'node:http';

/** Headers that belong to one connection and are not passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The headers to pass on, as the flat list of names and values that Node's HTTP takes: spelling, order and
 * repetitions are as they came.
 */
export function passedOn(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

/** The headers of a request to an upstream, with who it comes from added, as APISIX does. */
export function upstreamHeaders(request: IncomingMessage, host: string): string[] {
  const client = request.socket.remoteAddress ?? '127.0.0.1';
  const before = request.headers['x-forwarded-for'];
  const replaced = new Set(['host', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']);
  const headers = passedOn(request.rawHeaders);
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    if (!replaced.has(name.toLowerCase())) kept.push(name, value);
  }
  // A body that is passed on while it comes in keeps its framing.
  const framing = request.headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked'];
  return [
    'Host',
    host,
    'X-Real-IP',
    client,
    'X-Forwarded-For',
    before === undefined ? client : `${String(before)}, ${client}`,
    'X-Forwarded-Proto',
    'http',
    'X-Forwarded-Host',
    host,
    ...kept,
    ...framing,
  ];
}
