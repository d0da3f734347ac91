/** The extra time for a side look that isn't finished when the work is. */
const GRACE_MS = 500;

/**
 * Does the work, and a side look in parallel that must not delay it: the look ends soon after the work is done, or has
 * failed.
 *
 * @param look ends at once when its signal is aborted, with a result even then; it doesn't throw
 * @param signal aborts both
 * @throws whatever the work throws
 */
export async function withSideLook<Work, Look>(
  work: () => Promise<Work>,
  look: (signal: AbortSignal) => Promise<Look>,
  signal: AbortSignal,
): Promise<readonly [Work, Look]> {
  const limit = new AbortController();
  const looked = look(AbortSignal.any([signal, limit.signal]));
  let timer: NodeJS.Timeout | undefined;
  try {
    const done = await work();
    timer = setTimeout(() => limit.abort(), GRACE_MS);
    return [done, await looked];
  } catch (error) {
    limit.abort();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
