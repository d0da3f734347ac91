import { NamespaceEnding, RefusedError, UserError } from '../errors.js';
import { KubeError, type StatusCause } from './kube-error.js';

/**
 * The one place that tells what the API server refuses for good from what may pass by itself.
 *
 * Somebody's to mend are: 400 (the object can't be read), 403 (an admission policy, a quota, or rights that are missing),
 * 404 to a write (its kind or its namespace isn't there), 405 and 415 (the server is another one than it must be), 409
 * where it says that a field can't change, 413 and 422. A conflict isn't, nor a name that is taken meanwhile: whoever
 * reads again gets further. Nor is 401: credentials are renewed.
 *
 * @param what the object that was written, `Kind/name`; undefined where the server's own words must do
 * @returns what is to be thrown instead: a {@link RefusedError} that names object, field and reason, or `error` itself
 */
export function refusalIn(error: unknown, what?: string): unknown {
  if (!(error instanceof KubeError)) return error;
  if (error.namespaceEnding) return new NamespaceEnding(error.message);
  if (!isForSomebodyToMend(error)) return error;
  const reason = reasonOf(error);
  return new RefusedError(
    what === undefined ? shortened(error.message) : `${what} is refused: ${reason}`,
    error.status,
    reason,
  );
}

/** The same for whoever only wants to know whether a person must mend it. */
export function userErrorIn(error: unknown): UserError | undefined {
  const told = refusalIn(error);
  return told instanceof UserError ? told : undefined;
}

const FINAL: readonly number[] = [400, 403, 404, 405, 413, 415, 422];

function isForSomebodyToMend({ status, message }: KubeError): boolean {
  if (status === 409) return /\bimmutable\b/i.test(message);
  return FINAL.includes(status);
}

/**
 * Everything that the API server has found wrong with an object, one by one: its field, where it names one, and why. Values
 * are left out: they may be what nobody else is to see.
 */
export function causesIn({
  message,
  causes,
}: KubeError): readonly { readonly field: string; readonly reason: string }[] {
  const named = causes.filter(({ field }) => field !== undefined && field !== '');
  if (named.length === 0) return [{ field: '', reason: shortened(message) }];
  return named.map(({ field = '', message: why = '' }) => ({ field, reason: shortened(withoutValue(why)) }));
}

/** Three fields are enough to begin with. */
const CAUSES = 3;

function reasonOf({ message, causes }: KubeError): string {
  const named = causes.filter(({ field }) => field !== undefined && field !== '');
  if (named.length === 0) return shortened(message);
  const more = named.length > CAUSES ? `, and ${named.length - CAUSES} more` : '';
  return `${named.slice(0, CAUSES).map(told).join('; ')}${more}`;
}

function told({ field, message = '' }: StatusCause): string {
  return `${field}: ${shortened(withoutValue(message))}`;
}

/** Values may be long, and may be what nobody else is to see. */
function withoutValue(message: string): string {
  return message.replace(
    /^(Invalid value|Duplicate value|Unsupported value): (?:"(?:[^"\\]|\\.)*"|[^:]{60,}): /s,
    '$1: ',
  );
}

/** Events hold 1,024 characters. */
const LONGEST = 600;

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
