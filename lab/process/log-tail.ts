import { readFileSync } from 'node:fs';

/** The last lines of a log file, for an error message that should save the reader from opening it. */
export function logTail(file: string, lines = 8): string {
  try {
    const all = readFileSync(file, 'utf8').trimEnd().split('\n');
    return all
      .slice(-lines)
      .map((line) => `    ${line.slice(0, 300)}`)
      .join('\n');
  } catch {
    return '    (no log)';
  }
}
