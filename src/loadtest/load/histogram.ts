/** Linear steps within each power of two: a step is at most 1/64 of its value wide. */
const STEPS = 64;
const STEP_BITS = 6;
/** Values of 2^32 and more, 71 minutes in microseconds, share the last step. */
const POWERS = 32;

/**
 * Counts whole numbers in steps that grow with the value (log-linear, like HdrHistogram): small ones exactly, others to
 * within 0.8 %. Its memory is bounded, whatever is recorded.
 */
export class Histogram {
  private readonly counts = new Float64Array(STEPS * (POWERS - STEP_BITS + 1));
  private total = 0;
  private largest = 0;

  /** @param value is rounded to a whole number; below 0 counts as 0 */
  record(value: number): void {
    const whole = Math.max(0, Math.round(value));
    const step = stepOf(whole);
    this.counts[step] = (this.counts[step] ?? 0) + 1;
    this.total++;
    if (whole > this.largest) this.largest = whole;
  }

  /** The recorded values, as `[step, how often]`, for {@link add}. */
  get steps(): readonly (readonly [number, number])[] {
    return [...this.counts.entries()].filter(([, count]) => count > 0);
  }

  /** Adds the recorded values of another histogram. */
  add(steps: readonly (readonly [number, number])[], largest: number): void {
    for (const [step, count] of steps) {
      const known = this.counts[step];
      if (known === undefined) continue;
      this.counts[step] = known + count;
      this.total += count;
    }
    this.largest = Math.max(this.largest, largest);
  }

  /** The largest value, exactly; 0 when nothing was recorded. */
  get max(): number {
    return this.largest;
  }

  /**
   * The value that this share of all values doesn't exceed (nearest rank).
   *
   * @param share 0 to 1
   * @returns 0 when nothing was recorded
   */
  percentile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.total));
    let seen = 0;
    for (const [step, count] of this.counts.entries()) {
      seen += count;
      if (count > 0 && seen >= rank) return Math.min(middleOf(step), this.largest);
    }
    return 0;
  }
}

/** Below 2 * STEPS each value is its own step; above, the power of two and the top bits under the first say which. */
function stepOf(value: number): number {
  if (value < 2 * STEPS) return value;
  const capped = Math.min(value, 2 ** POWERS - 1);
  const power = 31 - Math.clz32(capped);
  return (power - STEP_BITS) * STEPS + Math.floor(capped / 2 ** (power - STEP_BITS));
}

function middleOf(step: number): number {
  if (step < 2 * STEPS) return step;
  const shift = Math.floor(step / STEPS) - 1;
  const width = 2 ** shift;
  return (step - shift * STEPS) * width + (width - 1) / 2;
}
