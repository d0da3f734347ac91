import { Traffic as Sender, type Answer } from '../../../lab/traffic.js';

export { once } from '../../../lab/traffic.js';

/** What a client of the application has seen. */
export interface Seen {
  requests: number;
  failed: number;
  /** Answers by the version that gave them. */
  readonly versions: Map<string, number>;
  /** When each version was heard of last, milliseconds since 1970. */
  readonly last: Map<string, number>;
  readonly failures: string[];
}

/** Steady requests through the gateway, as a user's browser would make them. Bounded by `stop` and by the test run. */
export class Traffic {
  readonly seen: Seen = { requests: 0, failed: 0, versions: new Map(), last: new Map(), failures: [] };
  private readonly sender: Sender;

  constructor(gatewayUrl: string, host: string, perSecond: number) {
    this.sender = new Sender({ gatewayUrl, host, perSecond, onAnswer: (answer) => this.count(answer) });
  }

  /** Counts from here on only. */
  reset(): void {
    this.seen.requests = 0;
    this.seen.failed = 0;
    this.seen.versions.clear();
    this.seen.last.clear();
    this.seen.failures.length = 0;
  }

  async stop(): Promise<Seen> {
    await this.sender.stop();
    return this.seen;
  }

  /** Answers of a version so far. */
  heard(version: string): number {
    return this.seen.versions.get(version) ?? 0;
  }

  private count({ ok, version, problem }: Answer): void {
    this.seen.requests += 1;
    if (version !== undefined) {
      this.seen.versions.set(version, this.heard(version) + 1);
      this.seen.last.set(version, Date.now());
    }
    if (ok) return;
    this.seen.failed += 1;
    this.seen.failures.push(problem ?? '');
  }
}
