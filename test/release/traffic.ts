import { Agent, request } from 'node:http';

/** What a client of the application has seen. */
export interface Seen {
  requests: number;
  failed: number;
  /** Answers by the version that gave them. */
  readonly versions: Map<string, number>;
  readonly failures: string[];
}

const TIMEOUT_MS = 5_000;

/** Steady requests through the gateway, as a user's browser would make them. Bounded by `stop` and by the test run. */
export class Traffic {
  readonly seen: Seen = { requests: 0, failed: 0, versions: new Map(), failures: [] };
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 20 });
  private readonly timer: NodeJS.Timeout;
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly gatewayUrl: string,
    private readonly host: string,
    perSecond: number,
  ) {
    this.timer = setInterval(() => this.send(), 1000 / perSecond);
  }

  /** Counts from here on only. */
  reset(): void {
    this.seen.requests = 0;
    this.seen.failed = 0;
    this.seen.versions.clear();
    this.seen.failures.length = 0;
  }

  async stop(): Promise<Seen> {
    clearInterval(this.timer);
    await Promise.all(this.pending);
    this.agent.destroy();
    return this.seen;
  }

  private send(): void {
    const sent = once(this.agent, this.gatewayUrl, this.host).then(
      ({ status, version }) => this.count(status === 200, version, `status ${status}`),
      (error: Error) => this.count(false, undefined, error.message),
    );
    this.pending.add(sent);
    void sent.finally(() => this.pending.delete(sent));
  }

  private count(ok: boolean, version: string | undefined, problem: string): void {
    this.seen.requests += 1;
    if (version !== undefined) this.seen.versions.set(version, (this.seen.versions.get(version) ?? 0) + 1);
    if (ok) return;
    this.seen.failed += 1;
    this.seen.failures.push(problem);
  }
}

/** One request. @throws Error where no answer came */
export function once(
  agent: Agent | undefined,
  gatewayUrl: string,
  host: string,
  path = '/',
): Promise<{ status: number; version: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, gatewayUrl), { agent, headers: { host }, timeout: TIMEOUT_MS }, (response) => {
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

function versionIn(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  const { version } = JSON.parse(text) as { version?: string };
  return version;
}
