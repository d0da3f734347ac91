/**
 * What a piece of work costs, as processor time and not as time on the clock: a busy machine may let it wait.
 *
 * @returns milliseconds of processor time of this process, the least of three runs
 */
export function costOf(work: () => void): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }),
  );
}
