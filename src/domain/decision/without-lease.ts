import type { Effect } from './effects.js';

/**
 * Whether a batch may be carried out by a run whose Lease the API server refuses: it tells people of what is, or takes
 * traffic home. Nobody gets a canary, and no pods are replaced, while nobody would miss the run.
 *
 * @param deleting the Canary is on its way out: what it has changed is given back
 */
export function needsNoLease(effects: readonly Effect[], deleting: boolean): boolean {
  return (
    effects.length > 0 &&
    effects.every((effect) => tells(effect) || leadsHome(effect) || (deleting && givesBack(effect)))
  );
}

function tells({ do: what }: Effect): boolean {
  return what === 'event' || what === 'condition' || what === 'status';
}

function leadsHome(effect: Effect): boolean {
  if (effect.do === 'weights') return effect.canary === 0 && !effect.mirrored;
  return effect.do === 'drain' || effect.do === 'scaleDown';
}

function givesBack({ do: what }: Effect): boolean {
  return what === 'scaleLikePrimary' || what === 'revert';
}
