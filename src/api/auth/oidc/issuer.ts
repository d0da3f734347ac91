import * as client from 'openid-client';
import { messageOf } from '../../../errors.js';
import { Expiring } from '../../expiring.js';
import { isLoopback } from '../../options.js';
import { Problem } from '../../problems/problem.js';
import type { Login } from '../sessions/sessions.js';
import type { OidcSettings } from './settings.js';

/** The issuer's metadata is read again after this. */
const REMEMBERED_MS = 3_600_000;
const TIMEOUT_SECONDS = 10;

/** An ID token whose signature, issuer, audience, times and nonce are right. */
export interface Verified {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly idToken: string;
}

/** The OpenID Connect issuer, used with the authorization code flow and PKCE. */
export class Issuer {
  private readonly found = new Expiring<client.Configuration>(REMEMBERED_MS, 1);

  constructor(private readonly settings: OidcSettings) {}

  /**
   * @param returnTo path to go to after the login
   * @returns where to send the browser, and what to keep until it comes back
   * @throws Problem where the issuer can't be used
   */
  async begin(returnTo: string): Promise<{ readonly url: string; readonly login: Login }> {
    const config = await this.configuration();
    const login = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      returnTo,
    };
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: this.callbackUrl,
      scope: this.settings.scopes.join(' '),
      state: login.state,
      nonce: login.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(login.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, login };
  }

  /**
   * @param query the issuer's query string for the returning browser
   * @throws Problem where it doesn't complete exactly this login, or the issuer can't be used
   */
  async end(query: string, login: Login): Promise<Verified> {
    const config = await this.configuration();
    // Never the address in the request: the issuer compares it with the one from the beginning of the login.
    const url = new URL(this.callbackUrl);
    url.search = query;
    try {
      const tokens = await client.authorizationCodeGrant(config, url, {
        pkceCodeVerifier: login.verifier,
        expectedState: login.state,
        expectedNonce: login.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims || tokens.id_token === undefined)
        throw new Problem('login-failed', 'the issuer has sent no ID token');
      return { claims, idToken: tokens.id_token };
    } catch (error) {
      throw this.problemOf(error);
    }
  }

  /** Where the issuer ends its own session. @returns undefined where it has no such endpoint, or can't be reached */
  async logoutUrl(idToken: string | undefined): Promise<string | undefined> {
    const config = await this.configuration().catch(() => undefined);
    if (config?.serverMetadata().end_session_endpoint === undefined) return undefined;
    return client.buildEndSessionUrl(config, {
      post_logout_redirect_uri: `${this.settings.origin}/`,
      ...(idToken === undefined ? {} : { id_token_hint: idToken }),
    }).href;
  }

  private get callbackUrl(): string {
    return `${this.settings.origin}/auth/callback`;
  }

  private configuration(): Promise<client.Configuration> {
    return this.found.get('', () => this.discover());
  }

  private async discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const url = new URL(issuer);
    // The signature is checked although the token comes directly from the issuer: a proxy in between may not be
    // trustworthy.
    const execute = [client.enableNonRepudiationChecks];
    if (url.protocol === 'http:' && isLoopback(url.hostname)) execute.push(client.allowInsecureRequests);
    try {
      return await client.discovery(url, clientId, undefined, authenticated(clientSecret), {
        execute,
        timeout: TIMEOUT_SECONDS,
      });
    } catch (error) {
      throw unreachable(issuer, error);
    }
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof client.AuthorizationResponseError) {
      return failed(`the issuer says ${error.error}${said(error.error_description)}`);
    }
    if (error instanceof client.ResponseBodyError) {
      return failed(`the issuer doesn't take the login: ${error.error}${said(error.error_description)}`);
    }
    if (error instanceof client.ClientError && error.code !== undefined && !NO_ANSWER.has(error.code)) {
      const why = error.cause instanceof Error ? error.cause.message : error.message;
      return failed(`the issuer's answer is not that to this login: ${why}`);
    }
    return unreachable(this.settings.issuer, error);
  }
}

/** Errors that mean an answer from somebody else, or none at all. */
const NO_ANSWER = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

/**
 * In the body where the issuer accepts that, since issuers differ in how they decode HTTP Basic; else by HTTP Basic,
 * which is the default of issuers that don't report their methods.
 */
function authenticated(secret: string | undefined): client.ClientAuth {
  if (secret === undefined) return client.None();
  const basic = client.ClientSecretBasic(secret);
  const post = client.ClientSecretPost(secret);
  return (server, ...rest) => {
    const inBody = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') ?? false;
    return (inBody ? post : basic)(server, ...rest);
  };
}

function failed(detail: string): Problem {
  return new Problem('login-failed', detail, { remedy: 'log in again; if it fails again, ask who runs the API' });
}

function said(description: string | undefined): string {
  return description === undefined ? '' : ` (${description.slice(0, 200)})`;
}

function unreachable(issuer: string, error: unknown): Problem {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${messageOf(error.cause)}` : '';
  return new Problem('issuer-unreachable', `the issuer ${issuer} can't be used: ${messageOf(error)}${cause}`, {
    remedy: 'check that it runs, and that --oidc-issuer-url is exactly what it calls itself',
  });
}
