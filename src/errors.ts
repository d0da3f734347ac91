/**
 * The small family of errors that Serinus tells apart. Everything else is a bug.
 *
 * - {@link UserError}: a person can mend it (a missing object, a wrong field). Said where users look, looked at again.
 *   {@link RefusedError} among them: what the API server, an admission policy or a quota has refused.
 * - {@link TransientError}: may pass by itself (a server that is down). Tried again.
 * - {@link FencedError}: somebody else has taken over. Never tried again.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The API server won't take what is written, and won't take it later either: somebody must mend something first. */
export class RefusedError extends UserError {
  /**
   * @param status of the answer
   * @param reason which field, and why, without the name of the object
   */
  constructor(
    message: string,
    readonly status: number,
    readonly reason: string,
  ) {
    super(message);
  }
}

/** What would be written is somebody else's. */
export class ForeignError extends UserError {}

/** A data plane has said nothing yet of what was written last; of what was there before it said that it is well. */
export class DataPlaneLate extends UserError {}

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

/** What was thrown, as an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
