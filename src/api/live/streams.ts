import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../logging.js';
import { messageOf } from '../../errors.js';
import { networkOf } from '../auth/network.js';
import type { ProblemName } from '../problems/catalogue.js';
import { Problem } from '../problems/problem.js';
import type { App } from '../routes/app.js';
import { EventStream } from './sse.js';

export interface StreamLimits {
  /** Streams at once. */
  readonly streams: number;
  /** Those of one user; without authentication, those from one network address. */
  readonly ofOne: number;
  /** Between two heartbeats, milliseconds. Proxies close connections that are silent for a minute. */
  readonly heartbeatMs: number;
  /** Between two checks of the client's permission, milliseconds. */
  readonly admitMs: number;
  /** A client that accepts nothing for so long is disconnected, milliseconds. */
  readonly patienceMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  streams: 500,
  ofOne: 50,
  heartbeatMs: 15_000,
  admitMs: 30_000,
  patienceMs: 60_000,
};

export const EVENT_STREAM = 'text/event-stream; charset=utf-8';
const REFUSALS: readonly ProblemName[] = ['unauthenticated', 'forbidden'];
const RETRY_MS = 2_000;
/** A place becomes free whenever a client leaves, which can't be predicted. */
const ROOM_AGAIN_SECONDS = 15;

/**
 * The open streams: limited in number, in all and for each user, kept alive, supervised, and closed with the server.
 */
export class Streams {
  /** The user of each stream. */
  private readonly open = new Map<EventStream, string>();

  constructor(
    app: App,
    private readonly log: Logger,
    private readonly limits: StreamLimits = STREAM_LIMITS,
  ) {
    app.addHook('preClose', (done) => {
      for (const stream of this.open.keys()) stream.close();
      done();
    });
  }

  /** @throws Problem where there is no room for one more, or the caller has too many already */
  demandRoom(request: FastifyRequest): void {
    const { streams, ofOne } = this.limits;
    const owner = ownerOf(request);
    if (this.countOf(owner) >= ofOne) {
      throw new Problem('rate-limited', `${owner} has ${ofOne} streams open, which is as many as one may have`, {
        retryAfter: ROOM_AGAIN_SECONDS,
        remedy: 'close some of them, or ask for single snapshots',
      });
    }
    if (this.open.size < streams) return;
    throw new Problem('too-many-streams', `${this.open.size} streams are open, which is as many as there may be`, {
      retryAfter: ROOM_AGAIN_SECONDS,
      remedy: 'try again later, or ask for single snapshots',
    });
  }

  /**
   * Turns a reply into a stream.
   *
   * @param admit throws a Problem where the client's permission has ended
   * @param feed starts to send; the function that it returns is called when the stream has ended
   * @throws Problem as {@link demandRoom} does: others may have come while this one waited
   */
  serve(
    request: FastifyRequest,
    reply: FastifyReply,
    admit: () => Promise<void>,
    feed: (stream: EventStream) => () => void,
  ): FastifyReply {
    this.demandRoom(request);
    reply.hijack();
    // A client that left while this waited gets nothing more, and occupies no place.
    if (reply.raw.destroyed) return reply;
    const headers = reply.getHeaders();
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.setHeader('Content-Type', EVENT_STREAM);
    reply.raw.setHeader('Cache-Control', 'no-store');
    // nginx would buffer events.
    reply.raw.setHeader('X-Accel-Buffering', 'no');
    // Otherwise the connection of an ended stream keeps the server from closing as long as it may be reused.
    reply.raw.setHeader('Connection', 'close');
    reply.raw.writeHead(200);
    const stream = new EventStream(reply.raw);
    this.open.set(stream, ownerOf(request));
    const timers = [
      setInterval(() => this.beat(stream), this.limits.heartbeatMs),
      setInterval(() => void this.admitAgain(stream, admit), this.limits.admitMs),
    ];
    let stop: (() => void) | undefined;
    reply.raw.on('close', () => {
      for (const timer of timers) clearInterval(timer);
      this.open.delete(stream);
      stop?.();
    });
    request.raw.socket.setKeepAlive(true);
    stream.retryAfter(RETRY_MS);
    try {
      stop = feed(stream);
    } catch (error) {
      stream.destroy();
      throw error;
    }
    return reply;
  }

  private countOf(owner: string): number {
    let count = 0;
    for (const one of this.open.values()) if (one === owner) count += 1;
    return count;
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
      // The check failed. What was permitted a moment ago is shown until the next check.
      else this.log.debug({}, `whether a stream may go on is not known: ${messageOf(error)}`);
    }
  }
}

function ownerOf(request: FastifyRequest): string {
  return request.user?.username ?? `the address ${networkOf(request.ip)}`;
}
