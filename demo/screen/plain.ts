import { plainProgress, type Progress } from '../../lab/tools/progress.js';
import { isActive } from '../../src/domain/phases.js';
import { plainLine } from './report.js';
import type { Screen } from './screen.js';
import { paint, span, type Line } from './style.js';
import type { View } from './view.js';

const LOOK_MS = 250;
const SUMMARY_EVERY_MS = 5_000;

/** For logs and pipes: lines, and while a release is under way one that sums it up every few seconds. */
export class PlainScreen implements Screen {
  readonly progress: Progress;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly write: (text: string) => void) {
    this.progress = plainProgress((text) => this.line([span(text)]));
  }

  line(line: Line): void {
    this.write(`${paint(line, Infinity, false)}\n`);
  }

  follow(view: () => View): void {
    this.unfollow();
    let weight = view().observation.weight;
    let shownAt = Date.now();
    this.timer = setInterval(() => {
      const now = view();
      if (now.observation.weight !== weight) {
        this.line([span(`canary weight ${weight}% → ${now.observation.weight}%`)]);
        weight = now.observation.weight;
      }
      if (!isActive(now.observation.phase) || Date.now() - shownAt < SUMMARY_EVERY_MS) return;
      shownAt = Date.now();
      this.line([span(plainLine(now))]);
    }, LOOK_MS);
  }

  unfollow(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
