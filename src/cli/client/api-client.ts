import type { Readable } from 'node:stream';
import axios, { AxiosError, type AxiosInstance, type AxiosResponse } from 'axios';
import { z } from 'zod';
import { isLoopback } from '../../api/options.js';
import { canaryListSchema, type CanaryDetail, type CanarySummary } from '../../api/schema/canary.js';
import { checkAnswerSchema, type CheckAnswer, type CheckRequest } from '../../api/schema/check.js';
import { problemSchema } from '../../api/schema/problem.js';
import { historySchema, type Release, type ReleaseSummary } from '../../api/schema/release.js';
import { acceptedSchema, obeyedSchema, pendingSchema, type Accepted } from '../../api/schema/requests.js';
import { messageOf } from '../../errors.js';
import {
  comparisonSchema,
  releasesSchema,
  type ArchivedReleases,
  type Comparison,
  type ReleaseFilters,
} from './archive.js';
import { elsewhere, unknownCanaryIn } from './elsewhere.js';
import { eventsOf, type ServerEvent } from '../../client/events.js';
import { EXIT } from './exit-codes.js';
import { CommandFailed } from './failed.js';
import { sentCanarySchema, sentReleaseSchema } from './sent.js';

/** Longer than the API itself waits for anything. */
const TIMEOUT_MS = 30_000;
/** The server sends a heartbeat every 15 seconds. */
const SILENCE_MS = 45_000;
/** No such route or release; or templates that the user may not see. */
const UNKNOWN: readonly number[] = [403, 404];
const PAGE = 100;

const receiptSchema = z.union([obeyedSchema, pendingSchema]);
export type Receipt = z.output<typeof receiptSchema>;

/** The API has answered with a refusal. */
export class ApiRefusal extends CommandFailed {
  constructor(
    readonly status: number,
    message: string,
    remedy?: string,
  ) {
    super(EXIT.error, message, remedy);
  }

  /** It may work later. */
  get passing(): boolean {
    return this.status >= 500;
  }
}

/** The API can't be reached. */
export class Unreachable extends CommandFailed {}

/** The HTTP API, as the command line uses it. Everything throws {@link CommandFailed}. */
export class ApiClient {
  private readonly http: AxiosInstance;
  private readonly server: string;

  constructor(options: { readonly server: string; readonly token: string | undefined; readonly userAgent: string }) {
    const url = new URL(options.server);
    // User-info in the URL must not appear in messages.
    this.server = `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}`;
    this.http = axios.create({
      baseURL: this.server,
      timeout: TIMEOUT_MS,
      maxRedirects: 0,
      validateStatus: () => true,
      headers: {
        'User-Agent': options.userAgent,
        ...(options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }),
      },
      // Proxies are for addresses outside.
      ...(isLoopback(url.hostname) ? { proxy: false as const } : {}),
    });
  }

  /** @param namespace all of them where undefined */
  async canaries(namespace: string | undefined): Promise<readonly CanarySummary[]> {
    const list = await this.get('/api/v1/canaries', canaryListSchema, namespace === undefined ? {} : { namespace });
    return list.items;
  }

  async canary(namespace: string, name: string): Promise<CanaryDetail> {
    return this.get(canaryPath(namespace, name), sentCanarySchema);
  }

  async release(id: string): Promise<Release> {
    return this.get(`/api/v1/releases/${encodeURIComponent(id)}`, sentReleaseSchema);
  }

  /** The newest releases, at most so many. */
  async history(namespace: string, name: string, limit: number, all: boolean): Promise<readonly ReleaseSummary[]> {
    const items: ReleaseSummary[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.get(`${canaryPath(namespace, name)}/releases`, historySchema, {
        limit: Math.min(PAGE, limit - items.length),
        all,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      items.push(...page.items);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && items.length < limit);
    return items;
  }

  /**
   * Releases that pass the filters, at most so many: those in progress, then the newest first.
   *
   * @param namespace all of them where undefined
   * @param name of the Canary; all of them where undefined
   */
  async releases(
    namespace: string | undefined,
    name: string | undefined,
    filters: ReleaseFilters,
    limit: number,
  ): Promise<ArchivedReleases['items']> {
    const items: ArchivedReleases['items'] = [];
    let cursor: string | undefined;
    do {
      const page = await this.get('/api/v1/releases', releasesSchema, {
        limit: Math.min(PAGE, limit - items.length),
        ...Object.fromEntries(
          Object.entries({ ...filters, namespace, name, cursor }).filter(([, value]) => value !== undefined),
        ),
      });
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined && items.length < limit);
    return items;
  }

  async compare(a: string, b: string): Promise<Comparison> {
    return this.get('/api/v1/releases/compare', comparisonSchema, { a, b });
  }

  /** @returns undefined where the server has no archive, or the archive lacks these releases */
  async compareIfKnown(a: string, b: string): Promise<Comparison | undefined> {
    try {
      return await this.compare(a, b);
    } catch (error) {
      if (error instanceof ApiRefusal && UNKNOWN.includes(error.status)) return undefined;
      throw error;
    }
  }

  /** @param key the same for repetitions of a request */
  async startRollout(namespace: string, name: string, body: object, key: string): Promise<Accepted> {
    return this.post(`${canaryPath(namespace, name)}/releases`, body, key, acceptedSchema);
  }

  async check(request: CheckRequest): Promise<CheckAnswer> {
    return this.answer(() => this.http.post<unknown>('/api/v1/check', request), checkAnswerSchema);
  }

  async order(id: string, order: string, body: object, key: string): Promise<Receipt> {
    return this.post(`/api/v1/releases/${encodeURIComponent(id)}/${order}`, body, key, receiptSchema);
  }

  /**
   * Events of a Canary's live view, until the server ends them. Silence for longer than the server's heartbeat counts
   * as a lost connection.
   *
   * @param lastId of the last event seen; empty where there was none
   */
  async *liveStream(
    { namespace, name }: { readonly namespace: string; readonly name: string },
    lastId: string,
    signal: AbortSignal,
  ): AsyncGenerator<ServerEvent> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await this.http.get<Readable>(`${canaryPath(namespace, name)}/stream`, {
        responseType: 'stream',
        timeout: 0,
        signal: AbortSignal.any([signal, silence.signal]),
        headers: { Accept: 'text/event-stream', ...(lastId === '' ? {} : { 'Last-Event-ID': lastId }) },
      });
      const text = textOf(response.data, () => timer.refresh());
      if (response.status !== 200) throw await this.unexpected(response.status, await readJson(text));
      yield* eventsOf(text);
    } catch (error) {
      throw error instanceof CommandFailed || signal.aborted ? error : this.unreachable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async get<T>(path: string, schema: z.ZodType<T>, params: Record<string, unknown> = {}): Promise<T> {
    return this.answer(() => this.http.get<unknown>(path, { params }), schema);
  }

  private async post<T>(path: string, body: object, key: string, schema: z.ZodType<T>): Promise<T> {
    return this.answer(() => this.http.post<unknown>(path, body, { headers: { 'Idempotency-Key': key } }), schema);
  }

  private async answer<T>(ask: () => Promise<AxiosResponse<unknown>>, schema: z.ZodType<T>): Promise<T> {
    let response: AxiosResponse<unknown>;
    try {
      response = await ask();
    } catch (error) {
      throw this.unreachable(error);
    }
    const { status, data } = response;
    const parsed = schema.safeParse(data);
    if (status >= 200 && status < 300 && parsed.success) return parsed.data;
    throw await this.unexpected(status, data);
  }

  /** An unexpected answer. */
  private async unexpected(status: number, data: unknown): Promise<CommandFailed> {
    const problem = problemSchema.safeParse(data);
    if (status >= 400 && problem.success) {
      const missing = status === 404 ? unknownCanaryIn(problem.data.detail) : undefined;
      const remedy = missing === undefined ? undefined : await elsewhere(this, missing);
      return refusal(status, { ...problem.data, ...(remedy !== undefined && { remedy }) });
    }
    return new CommandFailed(
      EXIT.error,
      `${this.server} has not answered as a Serinus API does (status ${status})`,
      'check the URL given by --server or SERINUS_SERVER, and that client and server are of the same version',
    );
  }

  private unreachable(error: unknown): Unreachable {
    const why = error instanceof AxiosError ? (error.code ?? error.message) : messageOf(error);
    return new Unreachable(
      EXIT.error,
      `the Serinus API at ${this.server} can't be reached: ${why}`,
      'start it with "serinus api", forward its port with kubectl, or name another with --server or SERINUS_SERVER',
    );
  }
}

/** @param heard called for each piece */
async function* textOf(stream: Readable, heard: () => void): AsyncGenerator<string> {
  for await (const chunk of stream.setEncoding('utf8')) {
    heard();
    yield String(chunk);
  }
}

async function readJson(text: AsyncIterable<string>): Promise<unknown> {
  let body = '';
  for await (const chunk of text) body += chunk;
  try {
    return JSON.parse(body);
  } catch {
    // The answer isn't from our API; the status says the rest.
    return undefined;
  }
}

function canaryPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/canaries/${encodeURIComponent(name)}`;
}

function refusal(status: number, problem: z.output<typeof problemSchema>): ApiRefusal {
  const { detail } = problem;
  const remedy = problem.remedy !== undefined && detail.endsWith(problem.remedy) ? undefined : problem.remedy;
  if (status === 401) {
    return new ApiRefusal(status, detail, 'give a token with --token-file, --token or the variable SERINUS_TOKEN');
  }
  return new ApiRefusal(status, detail, remedy);
}
