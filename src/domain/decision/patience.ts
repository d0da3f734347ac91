import type { Hindrances } from './diagnostics.js';
import { isAvailable, type Readiness, type World } from '../findings.js';
import type { Outage } from './primary-state.js';
import type { ReleaseState } from '../state.js';
import type { Side, UnreadySides } from './diagnostics.js';

/**
 * What is known of workloads that aren't ready, after a look at them. Told twice by the same look it is the same.
 *
 * Kubernetes has a clock of its own for a rollout, but not for what comes after it: a pod that a quota, a lost node or
 * an image keeps from starting when the Deployment is scaled counts for no deadline there.
 *
 * @param now milliseconds since 1970
 */
export function unreadyAfter(known: UnreadySides | undefined, world: World, now: number): UnreadySides | undefined {
  if (world.edition === undefined) return known;
  const seen = withSide(withSide(known ?? {}, 'primary', world.primary, now), 'canary', world.canary, now);
  return Object.keys(seen).length === 0 ? undefined : seen;
}

/** The same after a look at one of them. */
function withSide(known: UnreadySides, side: Side, readiness: Readiness, now: number): UnreadySides {
  const { [side]: before, ...others } = known;
  if (readiness.ready) return others;
  const { progress = 0 } = readiness;
  if (before === undefined) return { ...others, [side]: { since: now, progress } };
  return { ...others, [side]: progress > before.progress ? { ...before, since: now, progress } : before };
}

/** Its pods are replaced, or become more: what was known of it no longer counts, and its clock begins anew. */
export function afresh(
  { unready }: Pick<Hindrances, 'unready'>,
  side: Side,
  world: World,
  now: number,
): UnreadySides | undefined {
  return world.edition === undefined ? unready : { ...unready, [side]: { since: now, progress: 0 } };
}

/** When waiting for it has lasted too long, milliseconds since 1970; undefined where nothing says so. */
export function overdueAt(
  { unready, policy }: Pick<Hindrances, 'unready'> & Pick<ReleaseState, 'policy'>,
  side: Side,
): number | undefined {
  const since = unready?.[side]?.since;
  const seconds = policy?.progressDeadlineSeconds;
  return since === undefined || seconds === undefined ? undefined : since + seconds * 1000;
}

/** How ready a workload is, by Kubernetes' conditions and by the release's own clock, whichever gives up first. */
export function readinessOf(s: ReleaseState, world: World, side: Side, now: number): Readiness {
  const readiness = world[side];
  const at = overdueAt(s, side);
  if (readiness.ready || !readiness.retriable || at === undefined || now < at) return readiness;
  const seconds = s.policy?.progressDeadlineSeconds ?? 0;
  return { ...readiness, retriable: false, reason: `${readiness.reason}: no progress for ${seconds} s` };
}

/** No pod of the primary serves, and none has for so long that users can't be let wait for it. */
export function servesNobody(s: ReleaseState, primary: Readiness, now: number): boolean {
  if (primary.ready || primary.available) return false;
  return !primary.retriable || now >= (outageSince(s) ?? Infinity) + intervalOf(s);
}

/** When somebody must do without the primary, which isn't ready; undefined where nothing says so. */
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
 * What is known of the time in which the primary serves nobody, after a look. Pods that crash soon after each start
 * serve for moments, and a look may see one of them: only who has served for an interval is back.
 */
export function outageAfter(s: Pick<ReleaseState, 'outage' | 'policy'>, world: World, now: number): Outage | undefined {
  const { outage } = s;
  if (world.edition !== 3) return outage;
  if (!isAvailable(world.primary)) return { since: outage?.since ?? now };
  if (outage === undefined) return undefined;
  const { servesSince = now } = outage;
  return now > servesSince && now - servesSince >= intervalOf(s) ? undefined : { ...outage, servesSince };
}
