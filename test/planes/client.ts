import { Agent, request } from 'node:http';

/** What came back. */
export interface Reply {
  readonly status: number;
  /** Of the application that answered. */
  readonly version: string | undefined;
  readonly cookies: readonly string[];
  /** From sending to the last byte, milliseconds. */
  readonly tookMs: number;
}

const AT_ONCE = 16;
const TIMEOUT_MS = 10_000;

/** Users of one host behind a data plane. */
export class Client {
  /** How many requests it has sent. */
  asked = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  constructor(
    private readonly url: string,
    private readonly host: string,
  ) {}

  /** @throws Error where no answer came */
  ask(path = '/', headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    this.asked += 1;
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const options = { agent: this.agent, headers: { host: this.host, ...headers }, timeout: TIMEOUT_MS };
      const sent = request(new URL(path, this.url), options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            version: versionIn(text),
            cookies: answer.headers['set-cookie'] ?? [],
            tookMs: performance.now() - began,
          }),
        );
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      sent.on('error', reject);
      sent.end();
    });
  }

  /** Some requests at once, until there are so many answers. */
  async askTimes(times: number, path = '/', headers: Readonly<Record<string, string>> = {}): Promise<readonly Reply[]> {
    const replies: Reply[] = [];
    let left = times;
    const one = async (): Promise<void> => {
      while (left-- > 0) replies.push(await this.ask(path, headers));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    return replies;
  }

  /** The versions that answer such requests, each once, sorted. */
  async versions(
    times: number,
    path = '/',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<readonly string[]> {
    const replies = await this.askTimes(times, path, headers);
    return [...new Set(replies.map(({ version, status }) => version ?? `status ${status}`))].sort();
  }

  close(): void {
    this.agent.destroy();
  }
}

function versionIn(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined; // the data plane's own page
  }
}
