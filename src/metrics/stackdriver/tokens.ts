import { createPrivateKey, createSign } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../../errors.js';
import { parsedJson, readJson } from '../http/answer.js';
import { ask } from '../http/http.js';

const SCOPE = 'https://www.googleapis.com/auth/monitoring.read';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const LIFETIME_SECONDS = 3_600;

const keySchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  project_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});

/** A service account's key, as Google hands it out in a JSON file. */
export type ServiceAccountKey = z.output<typeof keySchema>;

/** What is read of a token's answer, whoever gives it. */
export const tokenSchema = z.object({ access_token: z.string().min(1) });

/**
 * @param whence who has the key, for the complaint; nothing of the key is told
 * @throws UserError
 */
export function readKey(text: string, whence: string): ServiceAccountKey {
  const key = keySchema.safeParse(parsedJson(text));
  if (!key.success) {
    throw new UserError(`${whence} is not the JSON key of a Google service account (type service_account)`);
  }
  try {
    createPrivateKey(key.data.private_key);
  } catch {
    // The library's own complaint may quote the key.
    throw new UserError(`private_key in ${whence} is not a private key in PEM`);
  }
  return key.data;
}

/**
 * Has Google exchange a signed claim for an access token.
 *
 * @param at milliseconds since 1970
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 * @throws ProviderError
 */
export async function tokenFor(key: ServiceAccountKey, at: number, signal: AbortSignal): Promise<string> {
  const assertion = claim(key, Math.floor(at / 1_000));
  const secrets = [assertion, key.private_key];
  const body = await ask(
    {
      method: 'POST',
      url: new URL(key.token_uri),
      headers: { 'Content-Type': ['application/x-www-form-urlencoded'], Accept: ['application/json'] },
      body: new URLSearchParams({ grant_type: GRANT, assertion }).toString(),
      secrets,
      // That the key isn't good any more is answered with status 400.
      isRefusal: () => false,
    },
    signal,
  );
  return readJson(tokenSchema, body, { name: 'Google’s token endpoint', secrets: [...secrets, body] }).access_token;
}

/** A JSON Web Token (RFC 7519), signed with RS256. */
function claim({ client_email, private_key, private_key_id, token_uri }: ServiceAccountKey, seconds: number): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(private_key_id ? { kid: private_key_id } : {}) };
  const claims = {
    iss: client_email,
    scope: SCOPE,
    aud: token_uri,
    iat: seconds,
    exp: seconds + LIFETIME_SECONDS,
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(private_key, 'base64url')}`;
}
