import { withTwoDashes } from './flags/flagger-flags.js';

/** Arguments with this version's names: names from Flagger and from earlier versions are accepted as well. */
export async function asTyped(args: readonly string[]): Promise<readonly string[]> {
  const typed = withTwoDashes(args);
  if (typed[2] !== 'watch') return typed;
  const { withWatcher } = await import('./commands/watch.js');
  return withWatcher(typed);
}
