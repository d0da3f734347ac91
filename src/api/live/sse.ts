/** One event of a stream (WHATWG HTML, server-sent events). */
export interface StreamEvent {
  readonly event: string;
  /** What a client gives back as `Last-Event-ID` when it has seen this and all before it; undefined within a series. */
  readonly id?: string;
  readonly data: unknown;
  /** A later event of the same key makes an earlier one that hasn't left yet superfluous. */
  readonly key: string;
}

/** Where events go: a response that has begun. */
interface Sink {
  write(text: string): boolean;
  end(): unknown;
  destroy(): unknown;
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

/**
 * A response that sends events for as long as its client takes them. For a client that reads too slowly only the newest
 * event of each key is kept: what waits for it is no more than what there is to see.
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

  /** Milliseconds for which the client has taken nothing. */
  get blockedFor(): number {
    return this.blockedAt === undefined ? 0 : this.now() - this.blockedAt;
  }

  /** How long a client that lost the stream waits before it comes back, milliseconds. */
  retryAfter(ms: number): void {
    this.write(`retry: ${ms}\n\n`);
  }

  send({ event, id, data, key }: StreamEvent): void {
    const named = id === undefined ? '' : `id: ${id}\n`;
    const text = `event: ${event}\n${named}data: ${JSON.stringify(data)}\n\n`;
    if (this.blockedAt === undefined) this.write(text);
    else {
      // The order is that of the newest events.
      this.waiting.delete(key);
      this.waiting.set(key, text);
    }
  }

  /** Nothing but a sign of life: clients leave comments out. */
  comment(text: string): void {
    if (this.blockedAt === undefined) this.write(`: ${text}\n\n`);
  }

  close(): void {
    if (!this.over) this.response.end();
    this.over = true;
  }

  /** For a client that would never take the end of the stream either. */
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
