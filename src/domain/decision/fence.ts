/** The token that every write of a run carries; the newer one wins. */
export interface Fence {
  /** Every run that takes the Canary over raises it. */
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

/** A Lease counts its holders in 32 bits. */
const LAST_EPOCH = 2_147_483_647;
/** Ten years of releases every five minutes. */
const MOST_OVERTAKEN = 1_000_000;

/**
 * Reads a fence from an annotation. An epoch that a Lease can't hold is never one of ours.
 *
 * @returns undefined where the text isn't a fence
 */
export function parseFence(text: string | undefined): Fence | undefined {
  const match = /^(\d{1,10})\.(\d{1,9})$/.exec(text ?? '');
  if (!match) return undefined;
  const [epoch, seq] = [Number(match[1]), Number(match[2])];
  return epoch < LAST_EPOCH ? { epoch, seq } : undefined;
}

/** How often a Lease has been taken; 0 for a forged number that leaves no room for another. */
export function epochOf(leaseTransitions: number): number {
  return Number.isInteger(leaseTransitions) && leaseTransitions > 0 && leaseTransitions < LAST_EPOCH
    ? leaseTransitions
    : 0;
}

/**
 * Whether a fence can be one of ours. Anyone with write access to an object can forge one: an epoch far beyond all
 * possible runs would lock out every later run, or use up their numbers.
 *
 * @param known an epoch that has existed for certain
 */
export function isCredible({ epoch }: Fence, known: number): boolean {
  return epoch - known <= MOST_OVERTAKEN;
}
