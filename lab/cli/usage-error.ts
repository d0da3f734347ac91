import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Something that the user has typed wrong; worth a sentence and not a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The options of a command line.
 *
 * @param command for the hint, for instance `npm run lab`
 * @throws UsageError on what `options` doesn't know, in one sentence
 */
export function parseOptions<const O extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: O,
  command: string,
): ReturnType<typeof parseArgs<{ args: string[]; options: O }>>['values'] {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${sentence} (see ${command} -- --help)`);
  }
}
