import { Readable } from 'node:stream';
import type { CloudWatchClient, CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch';
import { messageOf } from '../../errors.js';
import { send } from '../../http/outbound.js';
import { excerpt } from '../../http/shown.js';
import { ProviderError, QueryRefused } from '../errors.js';
import { failureOf, MAX_ANSWER_BYTES, unanswered, type HttpAnswer } from '../http/http.js';
import type { Environment } from '../environment.js';

type Configured<Name extends keyof CloudWatchClientConfig> = NonNullable<CloudWatchClientConfig[Name]>;
type Handler = Extract<Configured<'requestHandler'>, { handle: unknown }>;
type Identity = Exclude<Awaited<ReturnType<Extract<Configured<'credentials'>, () => unknown>>>, undefined>;

/** The SDK's description of a request. */
interface Request {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const NOBODY =
  'no AWS credentials were found: give the worker a role for its service account, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

/** The client's configuration. */
export interface Asking {
  readonly region: string;
  /** Replaces AWS' own address. */
  readonly endpoint: URL | undefined;
  /** The process's own, or one that contains keys. */
  readonly environment: Environment;
  /** Whether CloudWatch's answer is the query's fault. */
  readonly isRefusal: (answer: HttpAnswer) => boolean;
}

/**
 * AWS' own client, loaded on first use. It signs, finds the credentials and knows the wire format; its requests go out
 * through our own HTTP layer, so that proxies, limits and redaction are the same as for every other provider. Each
 * request is made once: the caller repeats it.
 */
export async function clientFor(asking: Asking): Promise<CloudWatchClient> {
  const { CloudWatchClient: Client } = await import('@aws-sdk/client-cloudwatch');
  const { region, endpoint, isRefusal } = asking;
  const secrets: string[] = [];
  const identity = await identityOf(asking);
  return new Client({
    region,
    ...(endpoint ? { endpoint: endpoint.href } : {}),
    maxAttempts: 1,
    requestHandler: outbound(secrets, isRefusal),
    credentials: async () => {
      const found = await identity();
      secrets.splice(0, secrets.length, found.accessKeyId, found.secretAccessKey, found.sessionToken ?? '');
      return found;
    },
  });
}

/**
 * Our identity, by the SDK's chain: the environment's keys, a role for the service account (IRSA), a container's role
 * (EKS Pod Identity, ECS), the role of the instance, and AWS' configuration files. The chain reads the environment of
 * the process; from any other environment only its keys are used.
 */
async function identityOf({ region, environment }: Asking): Promise<() => Promise<Identity>> {
  if (environment !== process.env) return () => keysIn(environment);
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const secrets: string[] = [];
  // Whatever STS answers, the query isn't at fault.
  const clientConfig = { region, requestHandler: outbound(secrets, () => false) };
  const chain = defaultProvider({ clientConfig, maxRetries: 0 });
  return async () => {
    try {
      return await chain();
    } catch (error) {
      throw error instanceof ProviderError ? error : new ProviderError(whyNot(error));
    }
  };
}

function keysIn(environment: Environment): Promise<Identity> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId || !secretAccessKey) return Promise.reject(new ProviderError(NOBODY));
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  return Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) });
}

function whyNot(error: unknown): string {
  const message = messageOf(error);
  return message.startsWith('Could not load credentials from any')
    ? NOBODY
    : `no AWS credentials: ${excerpt(message, [])}`;
}

/** The SDK's HTTP handler. */
function outbound(secrets: readonly string[], isRefusal: (answer: HttpAnswer) => boolean): Handler {
  return {
    handle: async (request: Request, options?: { readonly abortSignal?: unknown }) => {
      const { headers } = request;
      const url = urlOf(request);
      const hidden = [...secrets, headers['authorization'] ?? ''];
      const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : NEVER;
      try {
        const answer = await send(
          {
            method: 'POST',
            url,
            headers: withoutLength(headers),
            body: textOf(request.body),
            redirects: 0,
            answer: { maxBytes: MAX_ANSWER_BYTES, beyond: 'refused' },
            keepAlive: true,
          },
          signal,
        );
        const { status, statusText, body } = answer;
        if (status < 200 || status >= 300)
          throw failureOf({ secrets: hidden, isRefusal }, { status, statusText, body });
        return { response: responseOf(status, answer.headers, body) };
      } catch (error) {
        if (signal.aborted || error instanceof ProviderError || error instanceof QueryRefused) throw error;
        throw unanswered({ url, secrets: hidden }, error);
      }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

const NEVER = new AbortController().signal;

function urlOf({ protocol, hostname, port, path }: Request): URL {
  return new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
}

/** The length is computed again. */
function withoutLength(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'));
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString() : '';
}

function responseOf(statusCode: number, headers: Readonly<Record<string, string>>, body: string) {
  return { statusCode, headers: { ...headers }, body: Readable.from([Buffer.from(body)]) };
}
