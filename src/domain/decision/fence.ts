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

/** A Lease counts its holders in 32 bits. */
const LAST_EPOCH = 2_147_483_647;
/** A release every five minutes takes ten years for as many. */
const MOST_OVERTAKEN = 1_000_000;

/**
 * What a stamp says. One that a Lease can't count to is nobody's of ours.
 *
 * @returns undefined for anything that isn't a fence
 */
export function parseFence(text: string | undefined): Fence | undefined {
  const match = /^(\d{1,10})\.(\d{1,9})$/.exec(text ?? '');
  if (!match) return undefined;
  const [epoch, seq] = [Number(match[1]), Number(match[2])];
  return epoch < LAST_EPOCH ? { epoch, seq } : undefined;
}

/** How often a Lease has been taken; 0 for a number after which nobody could take it, which somebody else has written. */
export function epochOf(leaseTransitions: number): number {
  return Number.isInteger(leaseTransitions) && leaseTransitions > 0 && leaseTransitions < LAST_EPOCH
    ? leaseTransitions
    : 0;
}

/**
 * Whether a stamp can be that of one of us. Whoever may write an object can write any stamp: one that is far beyond all
 * runs that there may have been would shut all that come out, or use their numbers up.
 *
 * @param known an epoch that is known to have been
 */
export function isCredible({ epoch }: Fence, known: number): boolean {
  return epoch - known <= MOST_OVERTAKEN;
}
