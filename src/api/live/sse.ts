/** One event of a stream (WHATWG HTML, server-sent events). */
export interface StreamEvent {
  readonly event: string;
  /** The client's `Last-Event-ID` once it has seen this and all before it; undefined within a series. */
  readonly id?: string;
  readonly data: unknown;
  /** A later event with the same key replaces an earlier one that hasn't been sent yet. */
  readonly key: string;
}

/** The destination of events: a response that has begun. */
interface Sink {
  write(text: string): boolean;
  end(): unknown;
  destroy(): unknown;
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

/**
 * A response that sends events as long as its client accepts them. For a client that reads too slowly only the newest
 * event of each key is kept, so that its queue never outgrows the state itself.
 */
export class EventStream {
  private readonly waiting = new Map<string, string>();
  private blockedAt: number | undefined;
  private over = false;

  constructor(
    private readonly response: Sink,
    private readonly now: () => number = Date.now,
  ) {
    response.on('drain', () => this.flush());
    response.on('close', () => (this.over = true));
    response.on('error', () => (this.over = true));
  }

  /** Milliseconds since the client last accepted anything. */
  get blockedFor(): number {
    return this.blockedAt === undefined ? 0 : this.now() - this.blockedAt;
  }

  /** How long a client waits before it reconnects, milliseconds. */
  retryAfter(ms: number): void {
    this.write(`retry: ${ms}\n\n`);
  }

  send({ event, id, data, key }: StreamEvent): void {
    const named = id === undefined ? '' : `id: ${id}\n`;
    const text = `event: ${event}\n${named}data: ${JSON.stringify(data)}\n\n`;
    if (this.blockedAt === undefined) this.write(text);
    else {
      // Events are sent in the order of the newest ones.
      this.waiting.delete(key);
      this.waiting.set(key, text);
    }
  }

  /** A heartbeat: clients ignore comments. */
  comment(text: string): void {
    if (this.blockedAt === undefined) this.write(`: ${text}\n\n`);
  }

  close(): void {
    if (!this.over) this.response.end();
    this.over = true;
  }

  /** For a client that wouldn't accept the end of the stream either. */
  destroy(): void {
    this.response.destroy();
  }

  private flush(): void {
    this.blockedAt = undefined;
    for (const [key, text] of this.waiting) {
      this.waiting.delete(key);
      this.write(text);
      if (this.blockedAt !== undefined) return;
    }
  }

  private write(text: string): void {
    if (this.over || this.response.write(text)) return;
    this.blockedAt ??= this.now();
  }
}
