import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { OidcSettings } from '../oidc/settings.js';
import { foreignGroups, isReserved } from '../reserved.js';
import { Cookies } from './cookies.js';
import { Seal, type Purpose } from './seal.js';

/** The session of a user who has logged in with a browser. It lives in a sealed cookie; no process keeps it. */
export interface Session {
  readonly user: { readonly username: string; readonly groups: readonly string[] };
  /** The token that requests which change something must carry in the header X-Serinus-Csrf. */
  readonly csrf: string;
  /** Seconds since 1970. */
  readonly expires: number;
}

/** The part of a login that is needed when the browser comes back from the issuer. */
export interface Login {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
  /** Path to go to afterwards. */
  readonly returnTo: string;
}

/** Of {@link OidcSettings}. */
export type SessionOptions = Pick<OidcSettings, 'issuer' | 'clientId' | 'origin' | 'sessionSeconds' | 'sessionKeys'>;

const sessionSchema: z.ZodType<Session> = z.object({
  user: z.object({ username: z.string().min(1), groups: z.array(z.string()) }),
  csrf: z.string().min(1),
  expires: z.number(),
});
const loginSchema: z.ZodType<Login> = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
});
const hintSchema = z.object({ idToken: z.string() });

/** Time for people to type their password, and find their second factor. */
const LOGIN_SECONDS = 600;

const CSRF_HEADER = 'x-serinus-csrf';

/** Sessions of browsers, in cookies. */
export class Sessions {
  private readonly seal: Seal;
  private readonly cookies: Cookies;

  constructor(
    private readonly options: SessionOptions,
    private readonly now: () => number = Date.now,
  ) {
    // Sessions of another issuer aren't valid.
    this.seal = new Seal(options.sessionKeys, `${options.issuer} ${options.clientId}`, now);
    this.cookies = new Cookies(options.origin.startsWith('https:'));
  }

  /** The browsers' address of this API: scheme, host and port. */
  get origin(): string {
    return this.options.origin;
  }

  /**
   * A session is trusted no more than an issuer: even with a stolen key nobody becomes one of Kubernetes' own users.
   *
   * @returns undefined where there is no valid one
   */
  async read(request: FastifyRequest): Promise<Session | undefined> {
    const session = await this.opened(request, 'session', 'session', sessionSchema);
    if (session === undefined || isReserved(session.user.username)) return undefined;
    const { username, groups } = session.user;
    return { ...session, user: { username, groups: foreignGroups(groups).groups } };
  }

  /** Whether the browser has sent a session, valid or not. */
  sent(request: FastifyRequest): boolean {
    return this.cookies.read(request, 'session') !== undefined;
  }

  /**
   * @param idToken for a later logout at the issuer; left out where it is too long
   * @returns undefined where the user has too many groups for cookies
   */
  async begin(
    request: FastifyRequest,
    reply: FastifyReply,
    user: Session['user'],
    idToken: string,
  ): Promise<Session | undefined> {
    const { sessionSeconds: seconds } = this.options;
    const expires = this.nowSeconds() + seconds;
    const session: Session = { user, csrf: randomBytes(24).toString('base64url'), expires };
    const sealed = await this.seal.seal('session', session, expires);
    // `strict` excludes links from other sites too; the page that they lead to requests its data itself.
    if (!this.cookies.set(request, reply, 'session', sealed, { sameSite: 'strict', maxAge: seconds })) return undefined;
    const hint = await this.seal.seal('logout-hint', { idToken }, expires);
    this.cookies.set(request, reply, 'logout', hint, { sameSite: 'strict', maxAge: seconds });
    return session;
  }

  /** @returns the ID token of the session, where it was kept */
  async end(request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> {
    const hint = await this.opened(request, 'logout', 'logout-hint', hintSchema);
    this.cookies.clear(request, reply, 'session');
    this.cookies.clear(request, reply, 'logout');
    return hint?.idToken;
  }

  /** Each tab of a browser may have a login of its own. */
  async beginLogin(request: FastifyRequest, reply: FastifyReply, login: Login): Promise<void> {
    const sealed = await this.seal.seal('login', login, this.nowSeconds() + LOGIN_SECONDS);
    // The issuer, another site, sends the browser back.
    this.cookies.set(request, reply, loginName(login.state), sealed, { sameSite: 'lax', maxAge: LOGIN_SECONDS });
  }

  /**
   * A login can be completed once. @returns undefined where this browser hasn't begun one with this state, or too long
   * ago
   */
  async endLogin(request: FastifyRequest, reply: FastifyReply, state: string): Promise<Login | undefined> {
    const name = loginName(state);
    const login = await this.opened(request, name, 'login', loginSchema);
    this.cookies.clear(request, reply, name);
    return login?.state === state ? login : undefined;
  }

  /** Whether the request carries the token of exactly this session. */
  holdsCsrfToken(request: FastifyRequest, session: Session): boolean {
    const given = request.headers[CSRF_HEADER];
    if (typeof given !== 'string') return false;
    const [a, b] = [Buffer.from(given), Buffer.from(session.csrf)];
    return a.length === b.length && timingSafeEqual(a, b);
  }

  private async opened<T>(
    request: FastifyRequest,
    name: string,
    purpose: Purpose,
    schema: z.ZodType<T>,
  ): Promise<T | undefined> {
    const sealed = this.cookies.read(request, name);
    return sealed === undefined ? undefined : this.seal.open(purpose, sealed, schema);
  }

  private nowSeconds(): number {
    return Math.floor(this.now() / 1000);
  }
}

/** The beginning is enough to distinguish tabs. */
function loginName(state: string): string {
  return `login-${/^[\w-]{1,8}/.exec(state)?.[0] ?? ''}`;
}
