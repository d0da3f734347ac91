import axios, { AxiosError, type AxiosInstance, type AxiosResponse } from 'axios';
import { z } from 'zod';
import { isLoopback } from '../../api/options.js';
import {
  canaryDetailSchema,
  canaryListSchema,
  type CanaryDetail,
  type CanarySummary,
} from '../../api/schema/canary.js';
import { checkAnswerSchema, type CheckAnswer, type CheckRequest } from '../../api/schema/check.js';
import { problemSchema } from '../../api/schema/problem.js';
import { historySchema, releaseSchema, type Release, type ReleaseSummary } from '../../api/schema/release.js';
import { acceptedSchema, obeyedSchema, pendingSchema, type Accepted } from '../../api/schema/requests.js';
import { messageOf } from '../../errors.js';
import { EXIT } from './exit-codes.js';
import { CommandFailed } from './failed.js';

/** Longer than the API itself waits for anything. */
const TIMEOUT_MS = 30_000;
const PAGE = 100;

const receiptSchema = z.union([obeyedSchema, pendingSchema]);
export type Receipt = z.output<typeof receiptSchema>;

/** The API has answered that it can't. */
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
    // User-info in the URL must not end up in a message.
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
      // Proxies are for the world outside.
      ...(isLoopback(url.hostname) ? { proxy: false as const } : {}),
    });
  }

  /** @param namespace all of them where undefined */
  async canaries(namespace: string | undefined): Promise<readonly CanarySummary[]> {
    const list = await this.get('/api/v1/canaries', canaryListSchema, namespace === undefined ? {} : { namespace });
    return list.items;
  }

  async canary(namespace: string, name: string): Promise<CanaryDetail> {
    return this.get(canaryPath(namespace, name), canaryDetailSchema);
  }

  async release(id: string): Promise<Release> {
    return this.get(`/api/v1/rollouts/${encodeURIComponent(id)}`, releaseSchema);
  }

  /** The newest releases, at most so many. */
  async history(namespace: string, name: string, limit: number, all: boolean): Promise<readonly ReleaseSummary[]> {
    const items: ReleaseSummary[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.get(`${canaryPath(namespace, name)}/rollouts`, historySchema, {
        limit: Math.min(PAGE, limit - items.length),
        all,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      items.push(...page.items);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && items.length < limit);
    return items;
  }

  /** @param key the same for the same request */
  async startRollout(namespace: string, name: string, body: object, key: string): Promise<Accepted> {
    return this.post(`${canaryPath(namespace, name)}/rollouts`, body, key, acceptedSchema);
  }

  async check(request: CheckRequest): Promise<CheckAnswer> {
    return this.answer(() => this.http.post<unknown>('/api/v1/check', request), checkAnswerSchema);
  }

  async order(id: string, order: string, body: object, key: string): Promise<Receipt> {
    return this.post(`/api/v1/rollouts/${encodeURIComponent(id)}/${order}`, body, key, receiptSchema);
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
    const problem = problemSchema.safeParse(data);
    if (status >= 400 && problem.success) throw refusal(status, problem.data);
    const parsed = schema.safeParse(data);
    if (status >= 200 && status < 300 && parsed.success) return parsed.data;
    throw new CommandFailed(
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

function canaryPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/canaries/${encodeURIComponent(name)}`;
}

function refusal(status: number, problem: z.output<typeof problemSchema>): ApiRefusal {
  const { detail, remedy } = problem;
  if (status === 401) {
    return new ApiRefusal(status, detail, 'give a token with --token-file, --token or the variable SERINUS_TOKEN');
  }
  return new ApiRefusal(status, detail, remedy);
}
