/**
 * The small family of errors that Serinus tells apart. Everything else is a bug.
 *
 * - {@link UserError}: a person can mend it (a missing object, a wrong field). Said where users look, looked at again.
 * - {@link TransientError}: may pass by itself (a server that is down). Tried again.
 * - {@link FencedError}: somebody else has taken over. Never tried again.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The namespace is being deleted, and everything in it goes: nothing can be made there any more. */
export class NamespaceEnding extends UserError {}

export class TransientError extends Error {
  override readonly name = 'TransientError';
}

export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
