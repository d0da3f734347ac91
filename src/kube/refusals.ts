import { NamespaceEnding, RefusedError, UserError } from '../errors.js';
import { KubeError, type StatusCause } from './kube-error.js';

/**
 * The one place that distinguishes what the API server refuses for good from what may pass by itself.
 *
 * Users must fix: 400 (the object can't be parsed), 403 (an admission policy, a quota, or missing permissions), 404 to
 * a write (its kind or its namespace doesn't exist), 405 and 415 (it isn't the expected server), 409 where it says that
 * a field is immutable, 413 and 422. A conflict passes, as does a name that is taken meanwhile: reading again helps. So
 * does 401: credentials are renewed.
 *
 * @param what the object that was written, `Kind/name`; undefined where the server's own words must suffice
 * @returns the error to throw instead: a {@link RefusedError} that names object, field and reason, or `error` itself
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

/** The same for a caller that only wants to know whether a user must fix it. */
export function userErrorIn(error: unknown): UserError | undefined {
  const known = refusalIn(error);
  return known instanceof UserError ? known : undefined;
}

const FINAL: readonly number[] = [400, 403, 404, 405, 413, 415, 422];

function isForSomebodyToMend({ status, message }: KubeError): boolean {
  if (status === 409) return /\bimmutable\b/i.test(message);
  return FINAL.includes(status);
}

/**
 * All that the API server finds wrong with an object, one by one: its field, where it names one, and the reason. Values
 * are left out: they may be confidential.
 */
export function causesIn({
  message,
  causes,
}: KubeError): readonly { readonly field: string; readonly reason: string }[] {
  const named = causes.filter(({ field }) => field !== undefined && field !== '');
  if (named.length === 0) return [{ field: '', reason: shortened(message) }];
  return named.map(({ field = '', message: why = '' }) => ({ field, reason: shortened(withoutValue(why)) }));
}

/** Three fields suffice for a start. */
const CAUSES = 3;

function reasonOf({ message, causes }: KubeError): string {
  const named = causes.filter(({ field }) => field !== undefined && field !== '');
  if (named.length === 0) return shortened(message);
  const more = named.length > CAUSES ? `, and ${named.length - CAUSES} more` : '';
  return `${named.slice(0, CAUSES).map(causeText).join('; ')}${more}`;
}

function causeText({ field, message = '' }: StatusCause): string {
  return `${field}: ${shortened(withoutValue(message))}`;
}

/** Values may be long, and may be confidential. */
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
