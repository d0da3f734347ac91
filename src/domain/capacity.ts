/** What is known of the pods on either side before traffic moves. */
export interface Sides {
  /** Pods that the primary is to have, and the canary's side. */
  readonly primary: number;
  readonly canary: number;
  /** Percent of the traffic that the canary's side has now. */
  readonly weight: number;
  /** Whether an autoscaler fits the primary's size to its traffic; else its size is what somebody has chosen. */
  readonly autoscaled: boolean;
  /** Most pods that the primary's autoscaler allows. */
  readonly most?: number | undefined;
}

/**
 * Pods that the primary must have before all of the traffic comes (back) to it.
 *
 * An autoscaler has fitted each side to its own share, so the side with more of the traffic tells how many pods a
 * percent takes. A size that somebody has chosen holds as it is, unless the primary serves nobody: then what serves
 * everybody now is what it takes.
 */
export function podsToComeHome({ primary, canary, weight, autoscaled, most }: Sides): number {
  const needed = weight >= 100 ? Math.max(primary, canary) : autoscaled ? byShare(primary, canary, weight) : primary;
  return Math.max(1, primary === 0 ? canary : 0, Math.min(needed, Math.max(primary, most ?? Infinity)));
}

function byShare(primary: number, canary: number, weight: number): number {
  if (weight <= 0) return primary;
  const perPercent = weight <= 50 ? primary / (100 - weight) : canary / weight;
  return Math.max(primary, Math.ceil(perPercent * 100));
}
