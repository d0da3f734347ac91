/** How a piece of text looks on a terminal that knows colours. */
export type Tone = 'plain' | 'bold' | 'dim' | 'good' | 'warning' | 'bad' | 'accent';

/** A piece of text in one tone. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** A line, from left to right. */
export type Line = readonly Span[];

const CODES: Readonly<Record<Tone, string>> = {
  plain: '',
  bold: '\x1b[1m',
  dim: '\x1b[2m',
  good: '\x1b[32m',
  warning: '\x1b[33m',
  bad: '\x1b[31m',
  accent: '\x1b[36m',
};
const RESET = '\x1b[0m';

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

/** The line as text, no wider than `columns`, with colours where they are wanted. */
export function paint(line: Line, columns: number, colours: boolean): string {
  let room = columns;
  let painted = '';
  for (const { text, tone } of line) {
    const characters = [...text];
    const shown = characters.length <= room ? text : `${characters.slice(0, Math.max(0, room - 1)).join('')}…`;
    painted += colours && CODES[tone] !== '' ? `${CODES[tone]}${shown}${RESET}` : shown;
    room -= characters.length;
    if (room <= 0) break;
  }
  return painted;
}

export function widthOf(line: Line): number {
  return line.reduce((width, { text }) => width + [...text].length, 0);
}
