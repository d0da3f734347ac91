import type { ServerResponse } from 'node:http';

/** An HTTP answer in plain text. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function answer(status: number, text = '', headers: Answer['headers'] = {}): Answer {
  return { status, text, headers };
}

export const OK = answer(200, 'OK');
export const FORBIDDEN = answer(403, 'Forbidden');

/** @param last closes the connection after it */
export function send(response: ServerResponse, { status, text, headers }: Answer, last: boolean): void {
  if (last) response.shouldKeepAlive = false;
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(text);
}
