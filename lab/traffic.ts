/** A client of an application behind the gateway: steady requests, each answer reported as it comes. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** What became of one request. */
export interface Answer {
  /** Whether it came with status 200. */
  readonly ok: boolean;
  /** Of the application that answered, where it says so. */
  readonly version: string | undefined;
  /** From sending to the last byte, milliseconds. */
  readonly tookMs: number;
  /** What went wrong, where it isn't `ok`. */
  readonly problem: string | undefined;
}

export interface TrafficOptions {
  readonly gatewayUrl: string;
  /** The Host header. */
  readonly host: string;
  readonly path?: string;
  readonly perSecond: number;
  readonly onAnswer?: (answer: Answer) => void;
}

const TIMEOUT_MS = 5_000;
const MAX_SOCKETS = 40;

/** Sends requests from its creation until `stop`, however long the answers take. */
export class Traffic {
  readonly #agent: HttpAgent;
  readonly #timer: NodeJS.Timeout;
  readonly #pending = new Set<Promise<void>>();

  constructor(readonly options: TrafficOptions) {
    this.#agent = agentFor(options.gatewayUrl);
    this.#timer = setInterval(() => this.#send(), 1000 / options.perSecond);
  }

  /** Resolves when the last answer has been reported. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    this.#agent.destroy();
  }

  #send(): void {
    const { gatewayUrl, host, path, onAnswer } = this.options;
    const started = performance.now();
    const answered = (rest: Omit<Answer, 'tookMs'>) => onAnswer?.({ ...rest, tookMs: performance.now() - started });
    const sent = once(this.#agent, gatewayUrl, host, path).then(
      ({ status, version }) => {
        const ok = status === 200;
        answered({ ok, version, problem: ok ? undefined : `status ${status}` });
      },
      (error: Error) => answered({ ok: false, version: undefined, problem: error.message }),
    );
    this.#pending.add(sent);
    void sent.finally(() => this.#pending.delete(sent));
  }
}

/** An agent that keeps its connections, for the protocol of this URL. */
function agentFor(url: string): HttpAgent {
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return url.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options);
}

/**
 * One request through the gateway; fetch can't set the Host header.
 *
 * @throws Error where no answer came
 */
export function once(
  agent: HttpAgent | undefined,
  gatewayUrl: string,
  host: string,
  path = '/',
): Promise<{ status: number; version: string | undefined }> {
  const request = gatewayUrl.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const options = { agent, headers: { host }, servername: host, timeout: TIMEOUT_MS };
    const sent = request(new URL(path, gatewayUrl), options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, version: versionIn(text) }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    sent.on('error', reject);
    sent.end();
  });
}

/** podinfo and the lab's http-echo both return their version in a JSON object. */
function versionIn(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined; // somebody else's page
  }
}
