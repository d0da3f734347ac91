/**
 * The small family of errors that Serinus distinguishes. Everything else is a bug.
 *
 * - {@link UserError}: a user can fix it (a missing object, a wrong field). Reported where users look, and checked
 *   again. {@link RefusedError} among them: a refusal by the API server, an admission policy or a quota.
 * - {@link TransientError}: may pass by itself (a server that is down). Retried.
 * - {@link FencedError}: another process has taken over. Never retried.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The API server refuses the write, and will again: a user must fix something first. */
export class RefusedError extends UserError {
  /**
   * @param status of the answer
   * @param reason the field, and why, without the name of the object
   */
  constructor(
    message: string,
    readonly status: number,
    readonly reason: string,
  ) {
    super(message);
  }
}

/** The object to be written belongs to somebody else. */
export class ForeignError extends UserError {}

/** A data plane hasn't reported on the last change yet; the state before that was fine. */
export class DataPlaneLate extends UserError {}

/** The namespace is being deleted with everything in it: nothing can be created there any more. */
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

/** What was thrown, as an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
