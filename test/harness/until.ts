/** Between two looks, milliseconds. */
const SHORTEST_MS = 20;
const LONGEST_MS = 200;
/** A look that asks a server would otherwise take its processor, and that of everything beside it, from what is awaited. */
const PAUSE_PER_LOOK = 6;

/**
 * Waits until it is so, by looking again and again: seldom where a look is dear.
 *
 * @throws Error naming `what` where it isn't so in time
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const began = performance.now();
    if (await condition()) return;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    const pause = PAUSE_PER_LOOK * (performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_MS, Math.max(SHORTEST_MS, pause))));
  }
}
