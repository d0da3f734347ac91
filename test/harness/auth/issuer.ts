import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** What a login at the issuer has asked for, until its code is redeemed. */
interface Grant {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string;
}

export const CLIENT = { id: 'serinus', secret: 'secret-of-serinus' };

/**
 * An OpenID Connect issuer on loopback that behaves as the specifications say (OpenID Connect Core 1.0 for the code
 * flow, RFC 7636 for PKCE, RFC 9207 for `iss`, RP-Initiated Logout 1.0): it takes redirect URIs that it knows, makes
 * codes that work once, with the verifier of just their challenge. Whoever comes is logged in as `user` at once.
 */
export class TestIssuer {
  /** Claims of whoever logs in. */
  user: JWTPayload = { sub: 'u-1', email: 'carol@example.com', email_verified: true };
  /** Changes of ID tokens, for issuers that are wrong or that somebody has got between. */
  claims: (claims: JWTPayload) => JWTPayload = (claims) => claims;
  /** Signs with a key that the issuer doesn't publish. */
  foreignKey = false;
  /** Refuses whoever comes with this OAuth error. */
  refuses: string | undefined;
  /** Queries of logouts, oldest first. */
  readonly logouts: URLSearchParams[] = [];
  private readonly grants = new Map<string, Grant>();

  private constructor(
    private readonly server: Server,
    private readonly keys: { readonly own: Key; readonly foreign: Key; readonly jwk: object },
    private readonly origins: readonly string[],
  ) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  /** @param origins of clients: where browsers may be sent back to */
  static async start(origins: readonly string[]): Promise<TestIssuer> {
    const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
    const jwk = { ...(await exportJWK(own.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TestIssuer(server, { own: own.privateKey, foreign: foreign.privateKey, jwk }, origins);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const json = (status: number, body: object): void =>
      void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(200, this.metadata());
      case '/jwks':
        return json(200, { keys: [this.keys.jwk] });
      case '/authorize':
        return this.authorize(url.searchParams, response);
      case '/token': {
        const { status, body } = await this.token(request, new URLSearchParams(await textOf(request)));
        return json(status, body);
      }
      case '/logout':
        this.logouts.push(url.searchParams);
        return void response.writeHead(204).end();
      default:
        return json(404, {});
    }
  }

  private metadata(): object {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      jwks_uri: `${this.url}/jwks`,
      end_session_endpoint: `${this.url}/logout`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  private authorize(query: URLSearchParams, response: ServerResponse): void {
    const redirectUri = query.get('redirect_uri') ?? '';
    const known = this.origins.some((origin) => redirectUri === `${origin}/auth/callback`);
    if (query.get('client_id') !== CLIENT.id || !known) return void response.writeHead(400).end('unknown client');
    const back = new URL(redirectUri);
    back.searchParams.set('state', query.get('state') ?? '');
    back.searchParams.set('iss', this.url);
    const challenge = query.get('code_challenge');
    const asked =
      query.get('response_type') === 'code' &&
      (query.get('scope') ?? '').split(' ').includes('openid') &&
      query.get('code_challenge_method') === 'S256';
    if (this.refuses !== undefined || !asked || challenge === null) {
      back.searchParams.set('error', this.refuses ?? 'invalid_request');
    } else {
      const code = randomUUID();
      this.grants.set(code, { redirectUri, challenge, nonce: query.get('nonce') ?? '' });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { Location: back.href }).end();
  }

  private async token(request: IncomingMessage, form: URLSearchParams): Promise<{ status: number; body: object }> {
    const [scheme, basic = ''] = (request.headers.authorization ?? '').split(' ');
    const [id, secret] = Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent);
    if (scheme !== 'Basic' || id !== CLIENT.id || secret !== CLIENT.secret) {
      return { status: 401, body: { error: 'invalid_client' } };
    }
    const code = form.get('code') ?? '';
    const grant = this.grants.get(code);
    this.grants.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!grant || grant.redirectUri !== form.get('redirect_uri') || grant.challenge !== verifier) {
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    const id_token = await this.idToken(grant.nonce);
    return { status: 200, body: { access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token } };
  }

  private idToken(nonce: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = this.claims({ ...this.user, iss: this.url, aud: CLIENT.id, nonce, iat: now, exp: now + 300 });
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .sign(this.foreignKey ? this.keys.foreign : this.keys.own);
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}
