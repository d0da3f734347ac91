import type { OidcSettings } from '../../../src/api/auth/oidc/settings.js';
import type { Authentication } from '../../../src/api/options.js';
import { CLIENT, type TestIssuer } from './issuer.js';

export const ORIGIN = 'https://serinus.example.com';
export const LOCAL_ORIGIN = 'http://127.0.0.1:8080';

export const keyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

/** Authentication by the test's issuer, with names and groups as the issuer says them. */
export function oidc(issuer: Pick<TestIssuer, 'url'>, changes: Partial<OidcSettings> = {}): Authentication {
  return {
    kind: 'oidc',
    audiences: ['serinus'],
    oidc: {
      issuer: issuer.url,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
      scopes: ['openid', 'email'],
      claims: { usernameClaim: 'email', usernamePrefix: '', groupsClaim: 'groups', groupsPrefix: '', required: {} },
      origin: ORIGIN,
      sessionSeconds: 3_600,
      sessionKeys: [keyOf(1)],
      ...changes,
    },
  };
}
