/** One thing that the API server finds wrong with an object. */
export interface StatusCause {
  readonly field?: string;
  readonly message?: string;
}

/** An answer of the API server that isn't a success. */
export class KubeError extends Error {
  override readonly name = 'KubeError';

  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    /** What exactly the API server finds wrong, field by field, where it says so. */
    readonly causes: readonly StatusCause[] = [],
  ) {
    super(message);
  }

  get notFound(): boolean {
    return this.status === 404;
  }

  get conflict(): boolean {
    return this.status === 409 && this.reason !== 'AlreadyExists';
  }

  get alreadyExists(): boolean {
    return this.status === 409 && this.reason === 'AlreadyExists';
  }

  /** Nothing can be created in a namespace that is being deleted. */
  get namespaceEnding(): boolean {
    return this.reason === 'Forbidden' && this.message.includes('because it is being terminated');
  }
}
