import { messageOf } from '../../errors.js';
import { fromHey, runLoad, type LoadReport } from '../generate.js';
import { STOPPED, timedOut, type ChildLimits, type ChildResult } from './child.js';
import { splitCommand } from './command-line.js';
import type { Argv } from './permission.js';

/** A shell's exit status where it doesn't find the program. */
const NOT_FOUND_BY_SHELL = 'exit status 127';

/**
 * Whether a command has failed only because `hey` isn't installed, so that Serinus can generate its load. A shell
 * command counts if it is nothing but a call of hey.
 *
 * @returns the words of hey's command line; undefined for any other failure
 */
export function missedHey(argv: Argv, { error, notFound = false }: ChildResult): readonly string[] | undefined {
  if (notFound) return argv[0] === 'hey' ? argv : undefined;
  const [, option, command = ''] = argv;
  if (error !== NOT_FOUND_BY_SHELL || option !== '-c') return undefined;
  const line = splitCommand(command);
  return line.ok && line.words[0] === 'hey' ? line.words : undefined;
}

/**
 * Generates the load of a hey command line, and reports like the program: failed requests are part of the report, and
 * no failure of its own.
 *
 * @param signal aborts when the load tester is closed
 */
export async function runHey(
  words: readonly string[],
  { timeoutMs }: ChildLimits,
  signal: AbortSignal,
): Promise<ChildResult> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const report = await runLoad(fromHey(words), { signal: AbortSignal.any([signal, timeout]) });
    const ended = signal.aborted ? STOPPED : timeout.aborted ? timedOut(timeoutMs) : undefined;
    return { output: describeReport(report), error: ended };
  } catch (error) {
    // Whatever the error is, the task fails and not the load tester.
    const why = `hey is not installed, and Serinus can't make this load in its place: ${messageOf(error)}`;
    return { output: '', error: why };
  }
}

/** In hey's layout, which users know. */
function describeReport({ requestsPerSecond, seconds, codes, errors, max, p50, p90, p99 }: LoadReport): string {
  const distribution = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', `${title} distribution:`, ...lines.map((line) => `  ${line}`)];
  const inSeconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(4)} secs`;
  return [
    'Summary (load made by Serinus: hey is not installed):',
    `  Total: ${seconds.toFixed(4)} secs`,
    `  Slowest: ${inSeconds(max)}`,
    `  Requests/sec: ${requestsPerSecond.toFixed(4)}`,
    ...distribution('Latency', [`50% in ${inSeconds(p50)}`, `90% in ${inSeconds(p90)}`, `99% in ${inSeconds(p99)}`]),
    ...distribution(
      'Status code',
      Object.entries(codes).map(([code, times]) => `[${code}] ${times} responses`),
    ),
    ...distribution(
      'Error',
      Object.entries(errors).map(([code, times]) => `[${times}] ${code}`),
    ),
    '',
  ].join('\n');
}
