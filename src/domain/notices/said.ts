import type { Topic } from './notice.js';

/** What a run has said, so that it isn't said again. */
export interface Said {
  /** Messages that are said once for a revision, however often the tick comes by. */
  readonly said: readonly string[];
  /** Events of decisions that failed after they were recorded: tried again, they aren't said again. */
  readonly told?: readonly string[] | undefined;
  /** Alerts that are raised and not over yet. */
  readonly raised: readonly Topic[];
}
