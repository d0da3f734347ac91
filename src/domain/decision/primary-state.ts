/** What is out of the ordinary with the primary. */
export interface PrimaryState {
  /** The primary can't serve after a failed promotion: all traffic stays on the canary until a new one is promoted. */
  readonly stranded: boolean;
  /** The primary wasn't ready when the release began: it doesn't wait for what it may mend. */
  readonly mending?: boolean | undefined;
  /** The version that was promoted before is on its way back into the primary, which couldn't roll the next one out. */
  readonly returning?: boolean | undefined;
  /** The primary has been given the pods that all of the traffic takes: once, an autoscaler goes on from there. */
  readonly grown?: boolean;
}
