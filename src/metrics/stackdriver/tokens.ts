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
 * Has Google exchange a signed claim for an access token. Google's own library, loaded when it is first used, makes and
 * signs the claim; how it gets out is ours, so that proxies, limits and what may be told are the same as for everybody.
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
          // The library has Google's address; the key says where it is good.
          url: new URL(token_uri),
          headers: { 'Content-Type': ['application/x-www-form-urlencoded'], Accept: ['application/json'] },
          body: form.toString(),
          secrets: [form.get('assertion') ?? '', private_key],
          // That the key isn't good any more is answered with status 400.
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
  // The answer itself is the secret: of one that isn't understood nothing is shown.
  throw notUnderstood(answer, { name: 'Google’s token endpoint', secrets: [] });
}
