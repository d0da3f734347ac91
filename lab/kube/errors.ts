import { z } from 'zod';

const statusSchema = z.object({ message: z.string(), reason: z.string() }).partial();

/** An answer of the API server other than 2xx. */
export class KubeError extends Error {
  override readonly name = 'KubeError';

  constructor(
    /** The HTTP status. */
    readonly code: number,
    /** Kubernetes' word for it: `NotFound`, `Conflict`, `Invalid` … */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }

  static fromAnswer(code: number, body: string, request: string): KubeError {
    const status = statusSchema.safeParse(parseJson(body));
    const { message = body.slice(0, 200), reason = '' } = status.success ? status.data : {};
    return new KubeError(code, reason, `${request}: ${code} ${message}`);
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.code === 404;
}

export function isConflict(error: unknown): boolean {
  return error instanceof KubeError && error.code === 409;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy or a starting server answers in plain text
  }
}
