/**
 * The value of a flag given as `--port=1`, `--port 1`, `-port=1` or `-port 1`; the last one counts, as with
 * most flag parsers.
 */
export function flagValue(args: readonly string[], flag: string): string | undefined {
  let value: string | undefined;
  for (const [index, arg] of args.entries()) {
    const match = new RegExp(`^--?${flag}(?:=(.*))?$`).exec(arg);
    if (match) value = match[1] ?? args[index + 1];
  }
  return value;
}

/** The arguments without these flags and their values. */
export function withoutFlags(args: readonly string[], flags: readonly string[]): string[] {
  const pattern = new RegExp(`^--?(?:${flags.join('|')})(=.*)?$`);
  const kept: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    const match = pattern.exec(arg);
    if (!match) kept.push(arg);
    else if (match[1] === undefined) index++; // its value is the next argument
  }
  return kept;
}

/** A flag's value as a port number, or the default. */
export function portFlag(args: readonly string[], flag: string, otherwise: number): number {
  const port = Number(flagValue(args, flag));
  return Number.isInteger(port) && port > 0 ? port : otherwise;
}
