import { isActive } from '../domain/phases.js';
import { isStranded, type CanaryFacts } from './facts.js';
import { error, type Finding } from './plan.js';

/** What prevents a Canary from changing hands in either direction: it must be at rest, and complete. */
export function obstaclesOf(facts: CanaryFacts): readonly Finding[] {
  const { phase, routed, target } = facts;
  if (facts.deleting) return [error('it is being deleted', 'wait until it is gone')];
  if (facts.holder !== '') {
    return [error(`a run of Serinus has it (${facts.holder})`, 'wait until that has ended, or abort it')];
  }
  if (isActive(phase)) {
    return [
      error(
        `a release is under way (${phase})`,
        'let its controller finish it, or set the target back to what the primary runs and wait',
      ),
    ];
  }
  if (facts.trouble !== undefined) return [error(facts.trouble, 'mend it first')];
  const found: Finding[] = [];
  if (target && !target.built) {
    found.push(error('its primary is missing', 'let its controller make it again, or delete the Canary'));
  }
  if (routed && routed.canary > 0 && !isStranded(facts)) {
    found.push(
      error(
        `its route sends ${routed.canary} % to the canary, although no release is under way`,
        'let its controller correct the route, or set the weights to 100 and 0',
      ),
    );
  }
  return found;
}

/** A change of the target that waits for its release: the new owner must not take it for released. */
export function pendingRelease({ phase, target }: CanaryFacts): readonly Finding[] {
  if (phase === 'Failed' || !target || target.sameAsPrimary) return [];
  return [
    error(
      `the target is not what its primary runs, although the Canary is ${phase}`,
      'let its controller release the change, or set the target back to what the primary runs',
    ),
  ];
}
