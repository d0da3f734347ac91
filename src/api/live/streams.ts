import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../logging.js';
import { messageOf } from '../../errors.js';
import type { ProblemName } from '../problems/catalogue.js';
import { Problem } from '../problems/problem.js';
import type { App } from '../routes/app.js';
import { EventStream } from './sse.js';

export interface StreamLimits {
  /** Streams at once. */
  readonly streams: number;
  /** Between two signs of life, milliseconds. Proxies cut connections off that are silent for a minute. */
  readonly heartbeatMs: number;
  /** Between two looks whether the client may still see what it sees, milliseconds. */
  readonly admitMs: number;
  /** A client that takes nothing for so long is let go, milliseconds. */
  readonly patienceMs: number;
}

export const STREAM_LIMITS: StreamLimits = { streams: 500, heartbeatMs: 15_000, admitMs: 30_000, patienceMs: 60_000 };

export const EVENT_STREAM = 'text/event-stream; charset=utf-8';
const REFUSALS: readonly ProblemName[] = ['unauthenticated', 'forbidden'];
const RETRY_MS = 2_000;

/** The streams that are open: bounded in number, kept alive, watched over, and closed with the server. */
export class Streams {
  private readonly open = new Set<EventStream>();

  constructor(
    app: App,
    private readonly log: Logger,
    private readonly limits: StreamLimits = STREAM_LIMITS,
  ) {
    app.addHook('preClose', (done) => {
      for (const stream of this.open) stream.close();
      done();
    });
  }

  /** @throws Problem where there is no room for one more */
  demandRoom(): void {
    if (this.open.size < this.limits.streams) return;
    throw new Problem('too-many-streams', `${this.open.size} streams are open, which is as many as there may be`, {
      remedy: 'try again later, or ask for single snapshots',
    });
  }

  /**
   * Turns a reply into a stream.
   *
   * @param admit throws a Problem where the client may not see it any more
   * @param feed starts sending; what it returns is called when the stream has ended
   */
  serve(
    request: FastifyRequest,
    reply: FastifyReply,
    admit: () => Promise<void>,
    feed: (stream: EventStream) => () => void,
  ): FastifyReply {
    this.demandRoom();
    reply.hijack();
    const headers = reply.getHeaders();
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.setHeader('Content-Type', EVENT_STREAM);
    reply.raw.setHeader('Cache-Control', 'no-store');
    // nginx would collect events into blocks.
    reply.raw.setHeader('X-Accel-Buffering', 'no');
    reply.raw.writeHead(200);
    const stream = new EventStream(reply.raw);
    this.open.add(stream);
    stream.retryAfter(RETRY_MS);
    const stop = feed(stream);
    const timers = [
      setInterval(() => this.beat(stream), this.limits.heartbeatMs),
      setInterval(() => void this.admitAgain(stream, admit), this.limits.admitMs),
    ];
    request.raw.socket.setKeepAlive(true);
    reply.raw.on('close', () => {
      for (const timer of timers) clearInterval(timer);
      this.open.delete(stream);
      stop();
    });
    return reply;
  }

  private beat(stream: EventStream): void {
    if (stream.blockedFor > this.limits.patienceMs) stream.destroy();
    else stream.comment('alive');
  }

  private async admitAgain(stream: EventStream, admit: () => Promise<void>): Promise<void> {
    try {
      await admit();
    } catch (error) {
      if (error instanceof Problem && REFUSALS.includes(error.problem)) stream.close();
      // Nobody can say now. What was allowed a moment ago is shown until somebody can.
      else this.log.debug({}, `whether a stream may go on is not known: ${messageOf(error)}`);
    }
  }
}
