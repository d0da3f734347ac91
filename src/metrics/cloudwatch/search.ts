import type { Environment } from '../environment.js';

/** What looking for credentials takes. */
export interface Search {
  readonly environment: Environment;
  readonly region: string;
  readonly signal: AbortSignal;
}
