import type { WriteStream } from 'node:tty';

const ESCAPE = '\u001b[';
const HIDE_CURSOR = `${ESCAPE}?25l`;
const SHOW_CURSOR = `${ESCAPE}?25h`;
const CLEAR_DOWN = `${ESCAPE}J`;

/** Draws lines over those that it drew before. What the terminal showed before stays where it is. */
export class Screen {
  private drawn = 0;

  constructor(private readonly terminal: Pick<WriteStream, 'write' | 'columns' | 'rows'>) {}

  /** One line is left for the cursor. */
  get room(): { readonly width: number; readonly height: number } {
    return { width: this.terminal.columns || 80, height: Math.max(2, (this.terminal.rows || 24) - 1) };
  }

  draw(lines: readonly string[]): void {
    const up = this.drawn === 0 ? HIDE_CURSOR : `${ESCAPE}${this.drawn}F`;
    this.terminal.write(`${up}${CLEAR_DOWN}${lines.join('\n')}\n`);
    this.drawn = lines.length;
  }

  /** Leaves the last picture there. */
  leave(): void {
    if (this.drawn > 0) this.terminal.write(SHOW_CURSOR);
    this.drawn = 0;
  }
}
