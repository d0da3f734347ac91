import { Traffic } from '../lab/traffic.js';
import type { Place } from './place/place.js';
import { LiveView, type Limits } from './screen/live-view.js';
import { eventLine } from './screen/report.js';
import type { Screen } from './screen/screen.js';
import { APP } from './setup/objects.js';
import { CanaryWatch } from './watch/canary-watch.js';
import type { CanaryEvent } from './watch/events.js';
import type { Tally } from './watch/tally.js';

/** Requests a second of the demo's client. */
const RATE = 40;

export interface Setting {
  readonly place: Place;
  readonly screen: Screen;
  readonly intervalSeconds: number;
  readonly limits: Limits;
  /** Aborts when the demo has to end. */
  readonly signal: AbortSignal;
  /** Further information for when something takes too long. */
  readonly explain: () => string;
}

/** What a release has to show for itself: the client's requests, and the Canary's Events, since it began. */
export interface Act {
  readonly tally: Tally;
  readonly events: readonly CanaryEvent[];
}

/** What a release is played on: the Canary, watched, the client and its requests, the screen. */
export class Stage {
  readonly watch: CanaryWatch;
  private readonly live: LiveView;
  private events: CanaryEvent[] = [];
  private client: Traffic | undefined;

  constructor(readonly setting: Setting) {
    const { place, limits } = setting;
    this.watch = new CanaryWatch(place, {
      onObservation: (before, now) => this.live.see(before, now),
      onEvent: (event) => this.onEvent(event),
    });
    this.live = new LiveView(this.watch, limits);
    this.watch.start();
  }

  /** The client begins to send requests, and the screen to show what becomes of them. */
  open(): void {
    const { place, screen } = this.setting;
    this.client = new Traffic({
      gatewayUrl: place.gatewayUrl,
      host: APP.host,
      path: APP.path,
      perSecond: RATE,
      onAnswer: (answer) => this.live.count(answer),
    });
    screen.follow(() => this.live.view());
  }

  /** A release begins; requests, Events and seconds are counted anew. */
  begin(title: string): Act {
    this.events = [];
    return { tally: this.live.begin(title), events: this.events };
  }

  /** From now on releases begin when somebody makes one. */
  leaveTo(title: string): void {
    this.live.setFree(title);
  }

  async close(): Promise<void> {
    this.setting.screen.unfollow();
    this.watch.stop();
    await this.client?.stop();
  }

  private onEvent(event: CanaryEvent): void {
    this.events.push(event);
    this.setting.screen.line(eventLine(event, new Date()));
  }
}
