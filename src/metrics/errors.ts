import { TransientError, UserError } from '../errors.js';

/** The query was answered, with nothing, or with NaN. The canary may not be receiving traffic. */
export class NoValuesFound extends Error {
  override readonly name = 'NoValuesFound';

  constructor() {
    super('no values found');
  }
}

/** The provider didn't answer, or not as it should: unreachable, too slow, failing, or it doesn't let us in. */
export class ProviderError extends TransientError {
  /** @param status of its answer over HTTP, where that is what failed */
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** The provider answered that the query is wrong, or its answer isn't one number: the user must mend the query. */
export class QueryRefused extends UserError {}
