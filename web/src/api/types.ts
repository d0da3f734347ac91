/**
 * The API's answers. The types are those of the schemas that validate and document its answers; only their shape is
 * part of the page.
 */
import type { BacktestAnswer } from '../../../src/api/schema/backtest.js';
import type { CanaryDetail, CanarySummary, Traffic } from '../../../src/api/schema/canary.js';
import type { CheckAnswer } from '../../../src/api/schema/check.js';
import type { Live as Snapshot } from '../../../src/api/schema/live.js';
import type { RecordLine } from '../../../src/api/schema/record.js';
import type { Release } from '../../../src/api/schema/release.js';

export type { BacktestAnswer } from '../../../src/api/schema/backtest.js';
export type { CheckAnswer, CheckedCanary } from '../../../src/api/schema/check.js';
export type { LiveGate, LiveStrategy } from '../../../src/api/schema/course.js';
export type { LiveNode } from '../../../src/api/schema/live.js';
export type { Logs } from '../../../src/api/schema/logs.js';
export type { Release } from '../../../src/api/schema/release.js';
export type {
  Changes,
  Comparison,
  ReleaseItem as PastRelease,
  ReleasesPage as PastReleases,
} from '../../../src/api/schema/releases.js';
export type { Obeyed, Pending, StartRollout } from '../../../src/api/schema/requests.js';
export type { Permissions, SessionAnswer as Session } from '../../../src/api/schema/session.js';

export type { CanaryDetail, Traffic };

export type Versions = NonNullable<CanarySummary['versions']>;

/** How a Canary stands, in one word. */
export type CanaryStatus = CanarySummary['standing'];

/** A row of the fleet. */
export type FleetRow = CanarySummary;

export type BacktestedRelease = BacktestAnswer['items'][number];

export type Finding = CheckAnswer['canaries'][number]['findings'][number];

export type Steering = NonNullable<Release['steering']>[number];

/** A problem document (RFC 9457). */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly field?: string;
  readonly remedy?: string;
}

/**
 * A Canary and its newest release as they are now. About a release that ended long ago less is known: the fields without
 * a question mark.
 */
export type Live = Pick<
  Snapshot,
  'canary' | 'release' | 'strategy' | 'weight' | 'next' | 'attention' | 'tree' | 'gates' | 'links'
> &
  Partial<Pick<Snapshot, 'at' | 'cluster' | 'phase' | 'standing' | 'traffic' | 'why'>>;

/** A line of a record; which further fields it has depends on `what`. */
export type Line = RecordLine;
