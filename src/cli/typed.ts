import { withTwoDashes } from './flags/flagger-flags.js';

/** Arguments in the names of this version: what Flagger, and Serinus before, called them is taken as well. */
export async function asTyped(args: readonly string[]): Promise<readonly string[]> {
  const typed = withTwoDashes(args);
  if (typed[2] !== 'watch') return typed;
  const { withWatcher } = await import('./commands/watch.js');
  return withWatcher(typed);
}
