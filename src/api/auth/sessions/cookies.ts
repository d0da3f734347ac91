import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Browsers keep cookies of up to 4096 bytes, name and attributes included. */
const PIECE = 3_800;
/** Servers, including ours, accept headers of 16 KiB in all. */
const PIECES = 3;

export interface CookieOptions {
  /** Browsers send it with requests that other sites cause: never (`strict`), or when a link is followed (`lax`). */
  readonly sameSite: 'strict' | 'lax';
  /** Seconds. */
  readonly maxAge: number;
}

/**
 * Cookies that scripts can't read and other sites can't set. A value that is too long for one cookie is split.
 *
 * Over HTTPS their names begin with `__Host-`: browsers accept such a cookie only from this very host, over HTTPS.
 */
export class Cookies {
  private readonly prefix: string;

  /** @param secure sent over HTTPS only; false for plain HTTP on loopback */
  constructor(private readonly secure: boolean) {
    this.prefix = secure ? '__Host-serinus-' : 'serinus-';
  }

  /** @returns undefined where there is none */
  read(request: FastifyRequest, name: string): string | undefined {
    const cookies = parseCookie(request.headers.cookie ?? '');
    const pieces: string[] = [];
    for (let piece = cookies[this.nameOf(name, 0)]; piece; piece = cookies[this.nameOf(name, pieces.length)]) {
      pieces.push(piece);
      if (pieces.length === PIECES) break;
    }
    return pieces.length === 0 ? undefined : pieces.join('');
  }

  /**
   * Replaces all cookies of this name in the browser.
   *
   * @returns false where the value is too long, and nothing is set
   */
  set(request: FastifyRequest, reply: FastifyReply, name: string, value: string, options: CookieOptions): boolean {
    const count = Math.ceil(value.length / PIECE);
    if (count > PIECES) return false;
    for (let i = 0; i < count; i += 1) {
      this.append(reply, this.nameOf(name, i), value.slice(i * PIECE, (i + 1) * PIECE), options);
    }
    this.clearFrom(request, reply, name, count);
    return true;
  }

  clear(request: FastifyRequest, reply: FastifyReply, name: string): void {
    this.clearFrom(request, reply, name, 0);
  }

  private clearFrom(request: FastifyRequest, reply: FastifyReply, name: string, first: number): void {
    const cookies = parseCookie(request.headers.cookie ?? '');
    for (let i = first; i < PIECES; i += 1) {
      const piece = this.nameOf(name, i);
      if (cookies[piece] !== undefined) this.append(reply, piece, '', { sameSite: 'strict', maxAge: 0 });
    }
  }

  private append(reply: FastifyReply, name: string, value: string, { sameSite, maxAge }: CookieOptions): void {
    const { secure } = this;
    // Fastify collects headers of this name.
    reply.header(
      'Set-Cookie',
      stringifySetCookie({ name, value, path: '/', httpOnly: true, secure, sameSite, maxAge }),
    );
  }

  private nameOf(name: string, piece: number): string {
    return piece === 0 ? `${this.prefix}${name}` : `${this.prefix}${name}.${piece}`;
  }
}
