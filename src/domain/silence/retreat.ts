/** A rollback that the dead-man's switch has carried out in place of the release's own run. */
export interface Retreat {
  /** The reason, in words for an Event. */
  readonly reason: string;
  readonly servedBy: 'primary' | 'canary';
  /** When it was done, milliseconds since 1970. */
  readonly at: number;
}
