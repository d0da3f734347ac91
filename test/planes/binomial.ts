/** The two-sided 99.9% point of the normal distribution. */
const Z = 3.29;

/**
 * How far the canary's answers may be from their share, with 99.9% probability: the binomial distribution's standard
 * deviation times that, and one for its being in whole numbers.
 */
export function tolerance(requests: number, percent: number): number {
  const p = percent / 100;
  return Z * Math.sqrt(requests * p * (1 - p)) + 1;
}
