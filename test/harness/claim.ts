import type { Claim } from '../../src/kubernetes/claim.js';

/** The claim of a writer whom nobody has overtaken, as far as the Lease goes: only stamps can refuse it. */
export function claim(epoch: number, seq: number): Claim {
  return { epoch, seq, confirm: () => Promise.resolve(), outrankedBy: () => Promise.resolve() };
}
