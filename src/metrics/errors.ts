import { TransientError, UserError } from '../errors.js';

/** The answer to the query was empty, or NaN. The canary may not be receiving traffic. */
export class NoValuesFound extends Error {
  override readonly name = 'NoValuesFound';

  constructor() {
    super('no values found');
  }
}

/** The provider didn't answer properly: unreachable, too slow, failing, or refusing access. */
export class ProviderError extends TransientError {
  /** @param status of its HTTP answer, where that is the failure */
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** The provider rejects the query, or its answer isn't one number: the user must fix the query. */
export class QueryRefused extends UserError {}
