/** A line of a comparison: `-` only Flagger has it, `+` only Serinus, ` ` both. */
export interface Difference {
  readonly mark: '-' | '+' | ' ';
  readonly line: string;
}

/** The shortest way from one list of lines to another (a longest common subsequence is kept). */
export function diff(a: readonly string[], b: readonly string[]): readonly Difference[] {
  const width = b.length + 1;
  // Length of the longest common subsequence of the rests from each pair of places.
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: Difference[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      found.push({ mark: ' ', line: left });
      i += 1;
      j += 1;
    } else if (right === undefined || (left !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      found.push({ mark: '-', line: left ?? '' });
      i += 1;
    } else {
      found.push({ mark: '+', line: right });
      j += 1;
    }
  }
  return found;
}

/**
 * Differences of objects, where one that only one side has is a single line.
 *
 * @param titleOf which object a line is about
 */
export function objectDiff(
  a: readonly string[],
  b: readonly string[],
  titleOf: (line: string) => string,
): readonly Difference[] {
  const [inA, inB] = [new Set(a.map(titleOf)), new Set(b.map(titleOf))];
  const inBoth = (line: string): boolean => inA.has(titleOf(line)) && inB.has(titleOf(line));
  const alone = (mark: '-' | '+', of: ReadonlySet<string>, others: ReadonlySet<string>): Difference[] =>
    [...of].filter((title) => !others.has(title)).map((title) => ({ mark, line: `${title} (the whole object)` }));
  return [...alone('-', inA, inB), ...alone('+', inB, inA), ...diff(a.filter(inBoth), b.filter(inBoth))];
}
