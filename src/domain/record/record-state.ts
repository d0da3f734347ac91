import type { ReleaseArtifacts } from './artifacts.js';
import type { Offloaded, RecordEntry } from './record.js';

/** The record of the release, as far as the run still carries it. */
export interface RecordState {
  /** Entries, without those handed over to the archive. */
  readonly record: readonly RecordEntry[];
  /** Entries that earlier versions have dropped from the middle of a long record. */
  readonly recordDropped: number;
  readonly handedOver: Offloaded;
  /** Whether there is an archive; undefined where a version that didn't check started the run. */
  readonly archives?: boolean;
  /** What this revision ships, as far as it has been seen. */
  readonly shipment?: ReleaseArtifacts;
}
