/** What activities had said where users look before they failed. */
const SAID = new WeakMap<object, readonly string[]>();

/**
 * Keeps with an error what was said before it, so that whoever tries the same again later doesn't say it again.
 *
 * @param work is given the list to which it adds each message that it has said
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

/** The messages that were said before this was thrown. */
export function saidBefore(thrown: unknown): readonly string[] {
  return typeof thrown === 'object' && thrown !== null ? (SAID.get(thrown) ?? []) : [];
}
