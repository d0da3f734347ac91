import type { Live, Release } from '../api/types.js';
import { useNow } from '../ui/time.js';
import { LogsCard } from '../logs/card.js';
import { Changes } from './changes.js';
import { Checks } from './checks.js';
import { Chart } from './chart.js';
import { Desired } from './desired.js';
import { Events } from './events.js';
import { EvidenceCard, WatchCard } from './evidence-card.js';
import { Further } from './further.js';
import { Gates } from './gates.js';
import { LoadTests } from './load-tests.js';
import { Orders } from './orders.js';
import { Rail } from './rail-view.js';
import { isUndo, railOf } from './rail.js';
import { drawnOf } from './series.js';
import { StartButton } from './start-dialog.js';
import { Summary } from './summary.js';
import { Tree } from './tree.js';
import { linked } from './window-links.js';
import { windowsOf } from './windows.js';

const REDRAWN_MS = 2_000;

interface Props {
  readonly live: Live;
  readonly release: Release;
  /** Missing where it can't be steered: it is shown after its end. */
  readonly changed?: () => void;
  /** Whether the pods that are there now are those of this release. */
  readonly hasPods: boolean;
}

/** All about one release: its status, measurements, events, and possible orders. */
export function ReleaseView({ live, release, changed, hasPods }: Props) {
  const now = useNow(REDRAWN_MS);
  const { record } = release;
  const threshold = live.strategy?.threshold;
  // A rollback has no checks and no gates.
  const undo = isUndo(record);
  return (
    <div className="release">
      {changed && (
        <Orders release={release} changed={changed}>
          <StartButton canary={release.canary} started={changed} />
        </Orders>
      )}
      <Summary live={live} release={release} />
      {release.desired && <Desired desired={release.desired} />}
      <Rail steps={railOf(live)} />
      <Chart drawn={drawnOf(record, release, now)} />
      <WatchCard record={record} />
      {!undo && <EvidenceCard record={record} />}
      {hasPods && <LogsCard canary={release.canary} />}
      <div className="release-columns">
        <div className="release-main">
          {!undo && (
            <Checks
              windows={linked(windowsOf(record), live.links.metrics)}
              failed={release.failedChecks === undefined ? undefined : { count: release.failedChecks, of: threshold }}
            />
          )}
          <LoadTests record={record} />
          {!undo && <Changes release={release} />}
          <Events record={record} dropped={release.recordDropped} />
        </div>
        <div className="release-side">
          {!undo && !release.ended && live.gates.length > 0 && <Gates gates={live.gates} />}
          <Tree tree={live.tree} />
          <Further live={live} />
        </div>
      </div>
    </div>
  );
}
