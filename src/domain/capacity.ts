/** The pods on either side before traffic moves. */
export interface Sides {
  /** Pods that the primary shall have, and those of the canary. */
  readonly primary: number;
  readonly canary: number;
  /** Percent of the traffic that doesn't go to the primary now. */
  readonly weight: number;
  /** The most pods that the primary's autoscaler allows. */
  readonly most?: number | undefined;
}

/**
 * Pods that the primary must have before all of the traffic comes (back) to it: as many as serve all users now, where
 * the canary serves them or the primary has no pods. Otherwise the primary keeps its size: a person chose it, or its
 * autoscaler set it and keeps adjusting it. Asking repeatedly gives the same answer.
 */
export function podsToComeHome({ primary, canary, weight, most }: Sides): number {
  const needed = weight >= 100 ? Math.max(primary, canary) : primary;
  return Math.max(1, primary === 0 ? canary : 0, Math.min(needed, Math.max(primary, most ?? Infinity)));
}
