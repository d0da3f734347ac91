/** Something that keeps the demo from going on, in words for the person in front of it. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
