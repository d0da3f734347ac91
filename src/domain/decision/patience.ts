import type { Hindrances } from './diagnostics.js';
import { isAvailable, type Readiness, type World } from '../findings.js';
import type { Outage } from './primary-state.js';
import type { ReleaseState } from '../state.js';
import type { Side, UnreadySides } from './diagnostics.js';

/**
 * Which workloads aren't ready, and since when, after an observation. Counting the same observation twice changes
 * nothing.
 *
 * Kubernetes has a clock for a rollout, but none for later scaling: its progress deadline doesn't cover a pod that a
 * quota, a lost node or an image keeps from starting when the Deployment is scaled.
 *
 * @param now milliseconds since 1970
 */
export function unreadyAfter(known: UnreadySides | undefined, world: World, now: number): UnreadySides | undefined {
  if (world.edition === undefined) return known;
  const seen = withSide(withSide(known ?? {}, 'primary', world.primary, now), 'canary', world.canary, now);
  return Object.keys(seen).length === 0 ? undefined : seen;
}

/** The same after an observation of one of them. */
function withSide(known: UnreadySides, side: Side, readiness: Readiness, now: number): UnreadySides {
  const { [side]: before, ...others } = known;
  if (readiness.ready) return others;
  const { progress = 0 } = readiness;
  if (before === undefined) return { ...others, [side]: { since: now, progress } };
  return { ...others, [side]: progress > before.progress ? { ...before, since: now, progress } : before };
}

/** Its pods are replaced, or their number grows: its clock restarts. */
export function afresh(
  { unready }: Pick<Hindrances, 'unready'>,
  side: Side,
  world: World,
  now: number,
): UnreadySides | undefined {
  return world.edition === undefined ? unready : { ...unready, [side]: { since: now, progress: 0 } };
}

/** When waiting for it ends, milliseconds since 1970; undefined where nothing limits it. */
export function overdueAt(
  { unready, policy }: Pick<Hindrances, 'unready'> & Pick<ReleaseState, 'policy'>,
  side: Side,
): number | undefined {
  const since = unready?.[side]?.since;
  const seconds = policy?.progressDeadlineSeconds;
  return since === undefined || seconds === undefined ? undefined : since + seconds * 1000;
}

/** How ready a workload is, by Kubernetes' conditions and by the release's own clock: the first to give up decides. */
export function readinessOf(s: ReleaseState, world: World, side: Side, now: number): Readiness {
  const readiness = world[side];
  const at = overdueAt(s, side);
  if (readiness.ready || !readiness.retriable || at === undefined || now < at) return readiness;
  const seconds = s.policy?.progressDeadlineSeconds ?? 0;
  return { ...readiness, retriable: false, reason: `${readiness.reason}: no progress for ${seconds} s` };
}

/** No pod of the primary serves, and none has for so long that users can't wait any longer. */
export function servesNobody(s: ReleaseState, primary: Readiness, now: number): boolean {
  if (primary.ready || primary.available) return false;
  return !primary.retriable || now >= (outageSince(s) ?? Infinity) + intervalOf(s);
}

/** When the release stops waiting for the primary; undefined where nothing limits it. */
export function lostAt(s: ReleaseState, primary: Readiness): number | undefined {
  const since = outageSince(s);
  return isAvailable(primary) || since === undefined ? overdueAt(s, 'primary') : since + intervalOf(s);
}

function outageSince({ outage, unready }: ReleaseState): number | undefined {
  return outage?.since ?? unready?.primary?.since;
}

function intervalOf({ policy }: Pick<ReleaseState, 'policy'>): number {
  return (policy?.intervalSeconds ?? 0) * 1000;
}

/**
 * Since when the primary serves no users, after an observation. Pods that crash soon after each start serve for
 * moments, and an observation may catch one: the primary is back only after it has served for a whole interval.
 */
export function outageAfter(s: Pick<ReleaseState, 'outage' | 'policy'>, world: World, now: number): Outage | undefined {
  const { outage } = s;
  if (world.edition !== 3) return outage;
  if (!isAvailable(world.primary)) return { since: outage?.since ?? now };
  if (outage === undefined) return undefined;
  const { servesSince = now } = outage;
  return now > servesSince && now - servesSince >= intervalOf(s) ? undefined : { ...outage, servesSince };
}
