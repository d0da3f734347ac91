import type { ReleaseArtifacts } from './artifacts.js';
import type { Offloaded, RecordEntry } from './record.js';

/** What a run keeps for the record of its release. */
export interface RecordState {
  /** What has happened, without what has been handed over. */
  readonly record: readonly RecordEntry[];
  /** Entries that earlier versions have dropped from the middle of a long record. */
  readonly recordDropped: number;
  readonly handedOver: Offloaded;
  /** Whether there is an archive; undefined where the run began under a version that didn't look. */
  readonly archives?: boolean;
  /** What the present revision ships, as far as it has been seen. */
  readonly shipment?: ReleaseArtifacts;
}
