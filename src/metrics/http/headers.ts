import { validateHeaderName, validateHeaderValue } from 'node:http';
import { UserError } from '../../errors.js';
import type { ProviderOptions } from '../port.js';

/** Headers of a request, each with its values. */
export type Headers = Readonly<Record<string, readonly string[]>>;

/**
 * The headers of a provider's requests: the template's, replaced by the provider's own of the same name. The address's
 * user-info is sent as basic authentication where neither the provider nor its template has an `Authorization`.
 *
 * @throws UserError where HTTP doesn't allow one; the message omits the value
 */
export function headersOf(
  { provider }: Pick<ProviderOptions, 'provider'>,
  address: URL,
  own: Readonly<Record<string, string>> = {},
): Headers {
  const ownNames = Object.keys(own).map((name) => name.toLowerCase());
  const custom = Object.entries(provider.headers).filter(([name]) => !ownNames.includes(name.toLowerCase()));
  const mine = Object.entries(own).map(([name, value]) => [name, [value]] as const);
  const given: readonly (readonly [string, readonly string[]])[] = [...custom, ...mine];
  const isAuthorized = given.some(([name]) => name.toLowerCase() === 'authorization');
  const all = isAuthorized ? given : [...given, ...userInfoOf(address)];
  for (const [name, values] of all) validate(name, values);
  return Object.fromEntries(all);
}

/** Node's own error names the header and omits its value. */
function validate(name: string, values: readonly string[]): void {
  try {
    validateHeaderName(name);
    for (const value of values) validateHeaderValue(name, value);
  } catch {
    throw new UserError(`header ${JSON.stringify(name)} can't be sent: it has characters that HTTP doesn't allow`);
  }
}

function userInfoOf({ username, password }: URL): readonly (readonly [string, readonly string[]])[] {
  if (username === '' && password === '') return [];
  return [['Authorization', [basic(percentDecoded(username), percentDecoded(password))]]];
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** User-info may contain a literal `%`. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}

/** All values among these that no message may show. */
export function secretsOf(
  { credentials = {} }: Pick<ProviderOptions, 'credentials'>,
  address: URL,
  headers: Headers,
): string[] {
  const sent = Object.values(headers)
    .flat()
    .map((value) => value.replace(/^(?:Bearer|Basic|Token|Api-Token) /, ''));
  const entries = Object.values(credentials).flatMap((entry) => [entry, entry.trim()]);
  return [...entries, address.password, percentDecoded(address.password), ...sent];
}
