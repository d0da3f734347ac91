import type { Answer } from '../../lab/traffic.js';
import { isActive, isResting } from '../../src/domain/phases.js';
import type { CanaryWatch, Observation } from '../watch/canary-watch.js';
import { Tally } from '../watch/tally.js';
import type { View } from './view.js';

const RECENT_SECONDS = 5;

/** What the analysis allows; shown beside what happens. */
export interface Limits {
  readonly maxWeight: number;
  readonly threshold: number;
}

/** Puts together what is shown: the Canary as it is seen, and the client's requests since the release began. */
export class LiveView {
  private title = '';
  private tally = new Tally(RECENT_SECONDS * 1000);
  private began = Date.now();
  private ended: number | undefined;
  /** Releases begin without us, too. */
  private isFree = false;

  constructor(
    private readonly watch: Pick<CanaryWatch, 'observation'>,
    private readonly limits: Limits,
  ) {}

  /** A release begins: requests and seconds are counted from now on. */
  begin(title: string): Tally {
    this.title = title;
    this.tally = new Tally(RECENT_SECONDS * 1000);
    this.began = Date.now();
    this.ended = undefined;
    return this.tally;
  }

  /** From now on a release begins when the Canary says so. */
  setFree(title: string): void {
    this.title = title;
    this.isFree = true;
  }

  count(answer: Answer): void {
    this.tally.add(answer, Date.now());
  }

  /** Told whenever the Canary has been looked at. */
  see(before: Observation, now: Observation): void {
    const [was, is] = [isActive(before.phase), isActive(now.phase)];
    if (this.isFree && is && !was) this.begin(this.title);
    if (was && isResting(now.phase)) this.ended ??= Date.now();
  }

  view(): View {
    const now = Date.now();
    return {
      title: this.title,
      observation: this.watch.observation,
      ...this.limits,
      recent: this.tally.recent(now),
      recentSeconds: RECENT_SECONDS,
      byVersion: this.tally.byVersion,
      failed: this.tally.failed,
      elapsedSeconds: ((this.ended ?? now) - this.began) / 1000,
    };
  }
}
