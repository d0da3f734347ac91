/** The token that every write of a run carries; the newer one wins. */
export interface Fence {
  /** Raised by every run that takes the Canary over. */
  readonly epoch: number;
  /** Number of the batch of effects within the run. */
  readonly seq: number;
}

export function isOlder(a: Fence, b: Fence): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq);
}

export function formatFence(fence: Fence): string {
  return `${fence.epoch}.${fence.seq}`;
}

/**
 * What a stamp says. One of more digits than a Lease can count to is nobody's of ours.
 *
 * @returns undefined for anything that isn't a fence
 */
export function parseFence(text: string | undefined): Fence | undefined {
  const match = /^(\d{1,9})\.(\d{1,9})$/.exec(text ?? '');
  return match ? { epoch: Number(match[1]), seq: Number(match[2]) } : undefined;
}
