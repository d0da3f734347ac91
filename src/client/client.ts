import { eventsOf, type ServerEvent } from './events.js';
import { ROUTES, type AnyProblem, type Routes } from './routes.js';

/** What the API answers when it can't, or when somebody in between answers in its place. */
export class SerinusProblem extends Error {
  override readonly name = 'SerinusProblem';

  constructor(
    /** Of the answer. */
    readonly status: number,
    /** Undefined where the answer is none of the API's. */
    readonly problem: AnyProblem | undefined,
    message: string,
  ) {
    super(message);
  }

  /** The last part of the problem's `type`, such as `order-refused`; empty where there is none. */
  get kind(): string {
    return this.problem?.type.split('/').at(-1) ?? '';
  }
}

export interface ClientOptions {
  /** Where the API is: `https://serinus.example.com`, with a path where it is below one. */
  readonly server: string;
  /** A bearer token, or what gives one for each request. */
  readonly token?: string | (() => string | Promise<string>);
  /** For an answer that isn't a stream, milliseconds. */
  readonly timeoutMs?: number;
  /** In place of the platform's own. */
  readonly fetch?: typeof fetch;
}

type Name = keyof Routes;
type StreamName = { [N in Name]: Routes[N] extends { stream: true } ? N : never }[Name];
type CallName = Exclude<Name, StreamName>;
/** What is sent with a request: parameters of the path and of the query, the body, an idempotency key. */
export type RequestOf<N extends Name> = Omit<Routes[N], 'answer' | 'stream'>;
export type AnswerOf<N extends Name> = Routes[N]['answer'];
/** Nothing need be given where everything may be missing. */
type Given<N extends Name> =
  Record<never, never> extends RequestOf<N> ? [request?: RequestOf<N>] : [request: RequestOf<N>];

/** Longer than the API itself waits for anything. */
const TIMEOUT_MS = 30_000;

interface Parts {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

/**
 * The HTTP API of Serinus.
 *
 * @example
 * const serinus = new SerinusClient({ server: 'http://127.0.0.1:8080' });
 * const { items } = await serinus.call('listCanaries', { query: { namespace: 'shop' } });
 */
export class SerinusClient {
  private readonly server: string;

  constructor(private readonly options: ClientOptions) {
    this.server = withoutSlashes(options.server);
  }

  /**
   * Asks once.
   *
   * @param name as the OpenAPI document has it: `operationId`
   * @throws SerinusProblem for an answer that is no success; TypeError where none came, a TimeoutError where it took too long
   */
  async call<N extends CallName>(name: N, ...[request]: Given<N>): Promise<AnswerOf<N>> {
    const signal = AbortSignal.timeout(this.options.timeoutMs ?? TIMEOUT_MS);
    const response = await this.send(name, request ?? {}, signal);
    const text = await response.text();
    const isJson = /\bjson$/.test(response.headers.get('content-type')?.split(';')[0] ?? '');
    return (isJson ? JSON.parse(text) : text) as AnswerOf<N>;
  }

  /**
   * Follows a stream until it ends; a heartbeat comes every 15 seconds and is left out.
   *
   * @param signal ends it
   * @throws as {@link call} does
   */
  async *stream<N extends StreamName>(
    name: N,
    request: RequestOf<N>,
    signal: AbortSignal,
  ): AsyncGenerator<ServerEvent, void, undefined> {
    const response = await this.send(name, request, signal);
    if (response.body) yield* eventsOf(textOf(response.body));
  }

  private async send(name: Name, request: Parts, signal: AbortSignal): Promise<Response> {
    const [method, template] = ROUTES[name];
    const { body, idempotencyKey } = request;
    const { fetch: ask = fetch } = this.options;
    const token = await this.token();
    const response = await ask(`${this.server}${filled(template, request)}`, {
      method,
      signal,
      redirect: 'error',
      headers: {
        Accept: 'application/json, text/event-stream',
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw problemOf(response.status, await response.text());
  }

  private async token(): Promise<string | undefined> {
    const { token } = this.options;
    return typeof token === 'function' ? token() : token;
  }
}

/** A URL leaves them out. */
const NO_PART = /^\.{0,2}$/;

/** @throws TypeError for a parameter of the path that is missing: it would ask for something else */
function filled(template: string, { path = {}, query = {} }: Parts): string {
  const place = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name];
    if (typeof value !== 'string' || NO_PART.test(value)) throw new TypeError(`path.${name} is no part of a path`);
    return encodeURIComponent(value);
  });
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  const search = given.toString();
  return search === '' ? place : `${place}?${search}`;
}

function problemOf(status: number, text: string): SerinusProblem {
  try {
    const document = JSON.parse(text) as Partial<AnyProblem>;
    if (typeof document.type === 'string' && typeof document.detail === 'string') {
      return new SerinusProblem(status, document as AnyProblem, document.detail);
    }
  } catch {
    // Not JSON: the status decides.
  }
  return new SerinusProblem(status, undefined, `status ${status}`);
}

async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Paths begin with a slash of their own. */
function withoutSlashes(url: string): string {
  let end = url.length;
  while (url.endsWith('/', end)) end -= 1;
  return url.slice(0, end);
}
