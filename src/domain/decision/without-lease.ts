import type { Effect } from './effects.js';

/**
 * Whether a run whose Lease the API server refuses may carry out these effects: they only report, or return traffic to
 * the primary. No users are sent to a canary, and no pods are replaced, while no dead-man's switch would notice the
 * run's death.
 *
 * @param deleting the Canary is being deleted: its changes are reverted
 */
export function needsNoLease(effects: readonly Effect[], deleting: boolean): boolean {
  return (
    effects.length > 0 &&
    effects.every((effect) => reports(effect) || leadsHome(effect) || (deleting && givesBack(effect)))
  );
}

function reports({ do: what }: Effect): boolean {
  return what === 'event' || what === 'condition' || what === 'status';
}

function leadsHome(effect: Effect): boolean {
  if (effect.do === 'weights') return effect.canary === 0 && !effect.mirrored;
  return effect.do === 'drain' || effect.do === 'scaleDown';
}

function givesBack({ do: what }: Effect): boolean {
  return what === 'scaleLikePrimary' || what === 'revert';
}
