import type { Working } from './canary/reading.js';
import type { Archive } from './archive/port.js';
import type { Checks } from './checks/port.js';
import type { Rehearsals } from './canary/rehearse.js';
import type { Submissions } from './temporal/submissions.js';

/** What all activities need; made once for each process. */
export interface Dependencies extends Working {
  readonly checks: Checks;
  readonly rehearsals: Rehearsals;
  readonly submissions: Submissions;
  /** The permanent archive of releases; undefined where there is none. */
  readonly archive: Archive | undefined;
}
