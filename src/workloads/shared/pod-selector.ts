import type { StringMap } from '../../kubernetes/objects/metadata.js';

/** How the target's pods are selected, and the label that distinguishes them from the primary's. */
export interface Selector {
  readonly label: string;
  readonly value: string;
  /** All labels by which the target selects its pods, including the one above. */
  readonly labels: StringMap;
}
