/** What is known of the pods on either side before traffic moves. */
export interface Sides {
  /** Pods that the primary is to have, and the canary's side. */
  readonly primary: number;
  readonly canary: number;
  /** Percent of the traffic that others than the primary have now. */
  readonly weight: number;
  /** Most pods that the primary's autoscaler allows. */
  readonly most?: number | undefined;
}

/**
 * Pods that the primary must have before all of the traffic comes (back) to it: as many as serve everybody now, where the
 * canary's side does, or where the primary has none. Else its size holds, which somebody has chosen or its autoscaler has
 * fitted, and goes on fitting. The same however often it is asked.
 */
export function podsToComeHome({ primary, canary, weight, most }: Sides): number {
  const needed = weight >= 100 ? Math.max(primary, canary) : primary;
  return Math.max(1, primary === 0 ? canary : 0, Math.min(needed, Math.max(primary, most ?? Infinity)));
}
