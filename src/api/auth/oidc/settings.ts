/** How people log in at an OpenID Connect issuer. Users are named as by the API server's own flags. */
export interface OidcSettings {
  /** URL whose `/.well-known/openid-configuration` describes it; HTTPS except on loopback. */
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly clientSecret?: string | undefined;
  /** `openid` is among them. */
  readonly scopes: readonly string[];
  readonly claims: ClaimSettings;
  /** The browsers' address of the API, without a path. */
  readonly origin: string;
  /** How long a session lasts, seconds. */
  readonly sessionSeconds: number;
  /** Of 32 bytes: the first one seals sessions, all of them open them. */
  readonly sessionKeys: readonly Uint8Array[];
}

/** The claims of an ID token that make a user of Kubernetes: `--oidc-…` of the API server. */
export interface ClaimSettings {
  readonly usernameClaim: string;
  /** Prefix of the name; '' for none. */
  readonly usernamePrefix: string;
  /** No groups where undefined. */
  readonly groupsClaim?: string | undefined;
  /** Prefix of each group. */
  readonly groupsPrefix: string;
  /** Claims that must have exactly this value. */
  readonly required: Readonly<Record<string, string>>;
}

/**
 * The API server puts the issuer before names that could be anybody's elsewhere; only e-mail addresses stay as they
 * are.
 *
 * @param given `-` for none
 */
export function usernamePrefixOf(given: string | undefined, usernameClaim: string, issuer: string): string {
  if (given === '-') return '';
  if (given !== undefined) return given;
  return usernameClaim === 'email' ? '' : `${issuer}#`;
}
