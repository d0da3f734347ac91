import type { WriteStream } from 'node:tty';
import { terminalProgress, type Progress } from '../../lab/tools/progress.js';
import { block } from './block.js';
import type { Screen } from './screen.js';
import { paint, span, widthOf, type Line } from './style.js';
import type { View } from './view.js';

const REDRAW_MS = 200;
const CLEAR_TO_END_OF_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** Lines that scroll, and below them a block that is drawn anew in its place. */
export class TerminalScreen implements Screen {
  readonly progress: Progress;
  private view: (() => View) | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Widths of the block's lines as they stand there now; the cursor is below them. */
  private drawn: readonly number[] = [];

  constructor(
    private readonly out: WriteStream,
    private readonly colours: boolean,
  ) {
    const progress = terminalProgress(out);
    this.progress = {
      // Lines may still come when the servers have long been started.
      line: (text) => (this.view ? this.line([span(text)]) : progress.line(text)),
      underWay: (text, expectation) => progress.underWay(text, expectation),
      overall: (text) => progress.overall(text),
    };
  }

  line(line: Line): void {
    const text = paint(line, Infinity, this.colours);
    if (this.view) this.draw([text]);
    else this.out.write(`${text}\n`);
  }

  follow(view: () => View): void {
    this.view = view;
    this.timer ??= setInterval(() => this.draw([]), REDRAW_MS);
    this.draw([]);
  }

  unfollow(): void {
    if (this.view) this.draw([]);
    clearInterval(this.timer);
    this.timer = undefined;
    this.view = undefined;
    this.drawn = [];
  }

  /** All in one write and without clearing first: nothing flickers. */
  private draw(above: readonly string[]): void {
    if (!this.view) return;
    const columns = Math.max(20, this.out.columns - 1);
    const lines = block(this.view(), columns);
    const below = lines.map((line) => paint(line, columns, this.colours));
    // A terminal that has become narrower has wrapped the lines.
    const height = this.drawn.reduce((rows, width) => rows + Math.max(1, Math.ceil(width / this.out.columns)), 0);
    const up = height > 0 ? `\x1b[${height}A\r` : '';
    const text = [...above, ...below].map((line) => `${line}${CLEAR_TO_END_OF_LINE}\n`).join('');
    this.out.write(`${up}${text}${CLEAR_BELOW}`);
    this.drawn = lines.map((line) => Math.min(widthOf(line), columns));
  }
}
