import type { WriteStream } from 'node:tty';
import { lengthOf } from './width.js';

const ESCAPE = '\u001b[';
const HIDE_CURSOR = `${ESCAPE}?25l`;
const SHOW_CURSOR = `${ESCAPE}?25h`;
const CLEAR_DOWN = `${ESCAPE}J`;

/** Draws lines over those drawn before. Earlier content of the terminal stays. */
export class Screen {
  /** The length of each drawn line. */
  private drawn: readonly number[] = [];

  constructor(private readonly terminal: Pick<WriteStream, 'write' | 'columns' | 'rows'>) {}

  /** One line is left for the cursor. */
  get room(): { readonly width: number; readonly height: number } {
    return { width: this.terminal.columns || 80, height: Math.max(2, (this.terminal.rows || 24) - 1) };
  }

  draw(lines: readonly string[]): void {
    const rows = this.rows();
    const up = rows === 0 ? HIDE_CURSOR : `${ESCAPE}${rows}F`;
    this.terminal.write(`${up}${CLEAR_DOWN}${lines.join('\n')}\n`);
    this.drawn = lines.map(lengthOf);
  }

  /** Leaves the last picture on the screen. */
  leave(): void {
    if (this.drawn.length > 0) this.terminal.write(SHOW_CURSOR);
    this.drawn = [];
  }

  /** How many rows the last picture takes now: a terminal that has become narrower has wrapped its lines. */
  private rows(): number {
    const { width } = this.room;
    return this.drawn.reduce((rows, length) => rows + Math.max(1, Math.ceil(length / width)), 0);
  }
}
