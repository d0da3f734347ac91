import { stringify } from 'yaml';

/** Codes of "Select Graphic Rendition" (ECMA-48). */
const CODES = { red: 31, green: 32, yellow: 33, blue: 34 } as const;
const ESCAPE = '\u001b[';

export type Colour = keyof typeof CODES;

/** Colours are for terminals, unless the user doesn't want any (no-color.org). */
export function coloured(colour: Colour | undefined, text: string, stream = process.stdout): string {
  const wanted = stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  return colour !== undefined && wanted ? `${ESCAPE}${CODES[colour]}m${text}${ESCAPE}39m` : text;
}

/** Of a phase or an outcome. */
export function colourOf(word: string): Colour | undefined {
  const [, more] = word.split(',');
  if (more === 'Blocked' || more === 'Invalid' || more === 'Regressed') return 'red';
  if (more !== undefined) return more === 'Paused' ? 'yellow' : undefined;
  switch (word) {
    case 'Succeeded':
    case 'promoted':
    case 'initialized':
      return 'green';
    case 'Failed':
    case 'rolled-back':
    case 'rolled back':
    case 'run cut off':
    case 'aborted':
    case 'rejected':
    case 'promotion-failed':
    case 'promotion failed':
    case 'terminated':
      return 'red';
    case 'Waiting':
    case 'WaitingPromotion':
      return 'yellow';
    case 'in progress':
    case 'Progressing':
    case 'Promoting':
    case 'Finalising':
    case 'Initializing':
      return 'blue';
    default:
      return undefined;
  }
}

const GAP = '   ';

/** Lines with columns under each other, as kubectl prints them; phases and outcomes in colour. */
export function table(rows: readonly (readonly string[])[], widths: readonly number[] = widthsOf(rows)): string[] {
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const padding = i === row.length - 1 ? '' : ' '.repeat(Math.max(0, (widths[i] ?? 0) - cell.length));
        return coloured(colourOf(cell), cell) + padding;
      })
      .join(GAP)
      .trimEnd(),
  );
}

export function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
}

/** For programs. */
export function printData(value: unknown, format: 'json' | 'yaml'): void {
  console.log(format === 'json' ? JSON.stringify(value, null, 2) : stringify(value).trimEnd());
}

/** One of several, as they come: a line of JSON, or a document of YAML. */
export function printLine(value: unknown, format: 'json' | 'yaml'): void {
  console.log(format === 'json' ? JSON.stringify(value) : `---\n${stringify(value).trimEnd()}`);
}
