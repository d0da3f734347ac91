/** Events that activities had recorded before they failed. */
const SAID = new WeakMap<object, readonly string[]>();

/**
 * Attaches to an error the events recorded before it, so that a later attempt doesn't repeat them.
 *
 * @param work gets a list, to which it adds each message that it records
 */
export async function remembering<T>(work: (said: string[]) => Promise<T>): Promise<T> {
  const said: string[] = [];
  try {
    return await work(said);
  } catch (error) {
    if (typeof error === 'object' && error !== null && said.length > 0) SAID.set(error, said);
    throw error;
  }
}

/** The messages recorded before this was thrown. */
export function saidBefore(thrown: unknown): readonly string[] {
  return typeof thrown === 'object' && thrown !== null ? (SAID.get(thrown) ?? []) : [];
}
