import { PROBLEMS, type ProblemName } from './catalogue.js';

/** The optional members of a problem. */
export interface ProblemMembers {
  /** The field, header or parameter at fault, as the caller wrote it: `images.podinfod`. */
  readonly field?: string;
  /** What it was. */
  readonly value?: unknown;
  /** The remedy: a valid value, or what to do. */
  readonly remedy?: string;
  /** When to try again, seconds from now; also in the header `Retry-After`. */
  readonly retryAfter?: number;
  /** The release that conflicts with the request. */
  readonly release?: Readonly<Record<string, unknown>>;
  /** All fields at fault, where there are several. */
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
}

/** A problem document by RFC 9457. */
export interface ProblemDocument extends ProblemMembers {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
}

export const PROBLEM_CONTENT = 'application/problem+json';

/**
 * Thrown anywhere in the API, answered as a problem document. Its texts are for the caller: no secrets, no internals.
 */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly problem: ProblemName,
    readonly detail: string,
    readonly members: ProblemMembers = {},
  ) {
    super(detail);
  }

  get status(): number {
    return PROBLEMS[this.problem].status;
  }

  /** @param instance the path of the request */
  document(instance: string): ProblemDocument {
    const { title, status } = PROBLEMS[this.problem];
    return { type: `/problems/${this.problem}`, title, status, detail: this.detail, instance, ...this.members };
  }
}
