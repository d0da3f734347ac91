/** One version's counts in a window: requests, and how many of them were bad (failed, or slower than an edge). */
export interface Arm {
  readonly requests: number;
  readonly bad: number;
}

/**
 * Both versions' counts in one closed window. Windows must never overlap: a request that is counted twice voids every
 * bound of this folder.
 */
export interface WindowCounts {
  readonly canary: Arm;
  readonly primary: Arm;
}

/** @throws RangeError where a number isn't a count */
export function demandCounts({ canary, primary }: WindowCounts): void {
  for (const count of [canary.requests, canary.bad, primary.requests, primary.bad]) {
    if (!Number.isFinite(count) || count < 0) throw new RangeError(`${count} is no count of requests`);
  }
}

export function badShare({ requests, bad }: Arm): number {
  return requests === 0 ? 0 : bad / requests;
}

export function addArms(one: Arm, other: Arm): Arm {
  return { requests: one.requests + other.requests, bad: one.bad + other.bad };
}
