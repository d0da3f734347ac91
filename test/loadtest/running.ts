import { request as send } from 'node:http';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  startLoadTester,
  type LoadTester,
  type LoadTesterLog,
  type LoadTesterOptions,
} from '../../src/loadtest/loadtester.js';

export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps what is logged, and lets tests wait for a line. */
export class Journal implements LoadTesterLog {
  readonly lines: Line[] = [];

  info(fields: Line['fields'], message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }

  warn(fields: Line['fields'], message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }

  error(fields: Line['fields'], message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }

  get messages(): string[] {
    return this.lines.map(({ message }) => message);
  }

  count(message: string): number {
    return this.messages.filter((line) => line === message).length;
  }

  /** @throws Error after half a minute: on a busy machine nothing is late that comes at all */
  async until(start: string): Promise<Line> {
    for (const since = Date.now(); Date.now() - since < 30_000;) {
      const line = this.lines.find(({ message }) => message.startsWith(start));
      if (line) return line;
      await sleep(10);
    }
    throw new Error(`no line "${start}" among ${JSON.stringify(this.messages)}`);
  }
}

export interface Running extends LoadTester {
  readonly log: Journal;
}

/** A load tester for one test, on any free port. */
export async function running(t: TestContext, options: Partial<LoadTesterOptions> = {}): Promise<Running> {
  const log = new Journal();
  const tester = await startLoadTester({ port: 0, log, ...options });
  t.after(() => tester.close());
  return { ...tester, log };
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Sends anything with any method; a `body` that is no text is sent as JSON. */
export function ask(
  url: string,
  body?: unknown,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { method = 'POST' } = options;
    const sent = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
    const headers = { ...options.headers, 'content-length': String(Buffer.byteLength(sent)) };
    const request = send(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(sent);
  });
}
