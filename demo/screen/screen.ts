import type { Progress } from '../../lab/tools/progress.js';
import type { Line } from './style.js';
import type { View } from './view.js';

/** Where a person, or a log, sees what goes on. */
export interface Screen {
  /** How the start of the servers is shown. */
  readonly progress: Progress;
  line(line: Line): void;
  /** Shows the release from now on, as `view` says it is. */
  follow(view: () => View): void;
  /** Shows nothing any more but lines. */
  unfollow(): void;
}
