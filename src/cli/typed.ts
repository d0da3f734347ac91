import { withWatcher } from './commands/watch.js';
import { withTwoDashes } from './flags/flagger-flags.js';

/** Arguments in the names of this version: what Flagger, and Serinus before, called them is taken as well. */
export function asTyped(args: readonly string[]): readonly string[] {
  return withWatcher(withTwoDashes(args));
}
