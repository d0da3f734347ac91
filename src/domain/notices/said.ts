import type { Topic } from './notice.js';

/** Messages of a run, kept so that they aren't repeated. */
export interface Said {
  /** Messages that are reported once for a revision, however often a tick finds the same. */
  readonly said: readonly string[];
  /** Events recorded by decisions that then failed: another attempt doesn't repeat them. */
  readonly told?: readonly string[] | undefined;
  /** Alerts that are raised and not resolved yet. */
  readonly raised: readonly Topic[];
}
