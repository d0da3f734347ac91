import { isResting } from '../domain/phases.js';
import { isStranded, type CanaryFacts, type TargetFacts } from './facts.js';
import { obstaclesOf, pendingRelease } from './obstacles.js';
import { info, type Entry, type Finding } from './plan.js';

/**
 * What is needed for Serinus to take over a Canary from Flagger.
 *
 * Serinus can't compute Flagger's hashes. In `Initialized` and `Succeeded` it needn't: the primary runs the target's
 * version. In `Failed` it doesn't, and without a hash of its own Serinus would take the failed version for a new one.
 * So the status gets Serinus's hash of the target, and nothing else changes.
 */
export function adoptionOf(facts: CanaryFacts): Entry {
  const { namespace, name, phase, target } = facts;
  const entry = { namespace, name, phase, status: undefined, handover: undefined } as const;
  if (facts.recordedHere && facts.dealtWith) {
    return { ...entry, verdict: 'nothing', findings: [info('Serinus looks after it already')] };
  }
  const obstacles = obstaclesOf(facts);
  if (obstacles.length > 0) return { ...entry, verdict: 'blocked', findings: obstacles };
  if (!isResting(phase) || !target) {
    const message = 'nobody has initialised it: Serinus does that when it starts';
    return { ...entry, verdict: 'nothing', findings: [info(message)] };
  }
  const pending = pendingRelease(facts);
  if (pending.length > 0) return { ...entry, verdict: 'blocked', findings: pending };
  const { recorded } = facts;
  return {
    ...entry,
    verdict: 'change',
    findings: remarks(facts, target),
    status: {
      phase,
      canaryWeight: facts.weight,
      failedChecks: 0,
      iterations: 0,
      lastAppliedSpec: target.revision.hash,
      lastPromotedSpec: target.sameAsPrimary ? target.revision.hash : recorded.promoted,
      trackedConfigs: target.revision.configs,
    },
    handover: facts.recordedHere
      ? undefined
      : {
          phase,
          revision: target.revision,
          lastAppliedSpec: recorded.applied?.hash ?? '',
          lastPromotedSpec: recorded.promoted,
        },
  };
}

function remarks(facts: CanaryFacts, target: TargetFacts): readonly Finding[] {
  const said: Finding[] = [info('its status gets Serinus’s hash of the target')];
  if (isStranded(facts)) said.push(info('its promotion has failed: the canary goes on serving everybody'));
  else if (!target.sameAsPrimary) said.push(info('the target still holds what failed: no release until it changes'));
  if (facts.suspended) said.push(info('it is suspended, and stays so'));
  if (facts.drift.length > 0) said.push(info(`once it runs, Serinus will write ${facts.drift.join(', ')}`));
  return said;
}
