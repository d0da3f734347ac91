import { createPrivateKey } from 'node:crypto';
import type { gaxios } from 'google-auth-library';
import { z } from 'zod';
import { messageOf, UserError } from '../../errors.js';
import { excerpt } from '../../http/shown.js';
import { ProviderError, QueryRefused } from '../errors.js';
import { notUnderstood, parsedJson } from '../http/answer.js';
import { ask } from '../http/http.js';

const SCOPE = 'https://www.googleapis.com/auth/monitoring.read';

const keySchema = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  project_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
});

/** A service account's key, as in Google's JSON file. */
export type ServiceAccountKey = z.output<typeof keySchema>;

/** The parts of a token's answer that are read, whoever gives it. */
export const tokenSchema = z.object({ access_token: z.string().min(1) });

/**
 * @param holder holder of the key, for messages; nothing of the key is shown
 * @throws UserError
 */
export function readKey(text: string, holder: string): ServiceAccountKey {
  const key = keySchema.safeParse(parsedJson(text));
  if (!key.success) {
    throw new UserError(`${holder} is not the JSON key of a Google service account (type service_account)`);
  }
  try {
    createPrivateKey(key.data.private_key);
  } catch {
    // The library's own message may quote the key.
    throw new UserError(`private_key in ${holder} is not a private key in PEM`);
  }
  return key.data;
}

/**
 * Exchanges a signed claim for an access token at Google. Google's own library, loaded on first use, makes and signs
 * the claim; its requests go out through our own HTTP layer, so that proxies, limits and redaction are the same as
 * everywhere.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 * @throws ProviderError
 */
export async function tokenFor(key: ServiceAccountKey, signal: AbortSignal): Promise<string> {
  const { JWT, gaxios: library } = await import('google-auth-library');
  const { client_email: email, private_key, token_uri } = key;
  let answer = '';

  class Outbound extends library.Gaxios {
    override async request<T>(options: gaxios.GaxiosOptions = {}): gaxios.GaxiosPromise<T> {
      const form = options.data instanceof URLSearchParams ? options.data : new URLSearchParams();
      answer = await ask(
        {
          method: 'POST',
          // The library has Google's address; the key names where it is valid.
          url: new URL(token_uri),
          headers: { 'Content-Type': ['application/x-www-form-urlencoded'], Accept: ['application/json'] },
          body: form.toString(),
          secrets: [form.get('assertion') ?? '', private_key],
          // An expired key is answered with status 400.
          isRefusal: () => false,
        },
        signal,
      );
      const config = { ...options, headers: new Headers(), url: new URL(token_uri) };
      return Object.assign(new Response(), { config, data: parsedJson(answer) as T });
    }
  }

  const client = new JWT({ email, key: private_key, scopes: [SCOPE], transporter: new Outbound() });
  try {
    const { token } = await client.getAccessToken();
    if (token) return token;
  } catch (error) {
    if (signal.aborted || error instanceof ProviderError || error instanceof QueryRefused) throw error;
    if (answer === '') throw new ProviderError(`no token of Google: ${excerpt(messageOf(error), [private_key])}`);
  }
  // The answer itself is the secret: nothing of a malformed one is shown.
  throw notUnderstood(answer, { name: 'Google’s token endpoint', secrets: [] });
}
