import { withoutTrailingSlashes } from '../domain/text.js';
import { UserError } from '../errors.js';
import type { ProviderOptions } from './port.js';

/**
 * The provider's address.
 *
 * @param options.example an example of an address
 * @param options.fallback the provider's default address; where undefined, the template must name one
 * @throws UserError
 */
export function addressOf(
  { provider: { type, address } }: Pick<ProviderOptions, 'provider'>,
  { example, fallback }: { readonly example: string; readonly fallback?: string },
): URL {
  const given = address || fallback;
  const url = given !== undefined && URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new UserError(
    `${type} address is not a valid URL: set spec.provider.address of the template to one such as ${example}`,
  );
}

/** A path below an address's own; the address's query string is dropped. */
export function below(address: URL, path: string): URL {
  return new URL(`${address.origin}${withoutTrailingSlashes(address.pathname)}${path}`);
}

/**
 * A required entry of the Secret. Entries made from a file often end in a line break, which is removed.
 *
 * @throws UserError
 */
export function entryOf({ provider, credentials }: ProviderOptions, key: string): string {
  if (!credentials) {
    throw new UserError(
      `${provider.type} needs credentials: set spec.provider.secretRef of the template to a Secret with ${key}`,
    );
  }
  const value = credentials[key]?.trim();
  if (value) return value;
  throw new UserError(`${provider.type} credentials does not contain a ${key}`);
}
