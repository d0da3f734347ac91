import type { StatusEffect } from '../domain/effects.js';
import { isResting } from '../domain/phases.js';
import { sameRevision } from '../domain/revision.js';
import { isStranded, type CanaryFacts } from './facts.js';
import { obstaclesOf, pendingRelease } from './obstacles.js';
import { error, info, type Entry } from './plan.js';

const FRESH: StatusEffect = {
  phase: 'Initializing',
  canaryWeight: 0,
  failedChecks: 0,
  iterations: 0,
  lastAppliedSpec: '',
  lastPromotedSpec: '',
  trackedConfigs: {},
};

/**
 * What it takes for Flagger to go on with a Canary that Serinus has looked after.
 *
 * Nobody but Flagger can compute Flagger's hashes, and it takes any other for a new revision. Where the Canary stands
 * where it stood at adoption it gets those of then. Otherwise it is given back in phase `Initializing`: Flagger finds
 * everything made, writes its own hash, and releases nothing.
 */
export function givingBackOf(facts: CanaryFacts): Entry {
  const { namespace, name, phase } = facts;
  const entry = { namespace, name, phase, status: undefined, handover: undefined } as const;
  if (!facts.leased && !facts.recordedHere) {
    return { ...entry, verdict: 'nothing', findings: [info('Serinus has nothing to do with it')] };
  }
  const obstacles = obstaclesOf(facts);
  if (obstacles.length > 0) return { ...entry, verdict: 'blocked', findings: obstacles };
  if (!isResting(phase) || !facts.recordedHere) {
    return { ...entry, verdict: 'change', findings: [info('its status stays as it is')] };
  }
  const before = statusBefore(facts);
  if (before) {
    const findings = [info('its status gets the hashes back that Flagger had written')];
    return { ...entry, verdict: 'change', findings, status: before };
  }
  const blocked = [...pendingRelease(facts), ...strandedHere(facts)];
  if (blocked.length > 0) return { ...entry, verdict: 'blocked', findings: blocked };
  const findings = [info('it becomes Initializing: Flagger finds everything made, and releases nothing')];
  if (phase === 'Failed' && facts.target?.sameAsPrimary === false) {
    findings.push(info('the target still holds what failed, which Flagger will show as Initialized'));
  }
  return { ...entry, verdict: 'change', findings, status: FRESH };
}

/** Where everything is as it was when Serinus adopted it. */
function statusBefore({ phase, weight, handover, target }: CanaryFacts): StatusEffect | undefined {
  if (!handover || !target || handover.phase !== phase || !sameRevision(handover.revision, target.revision)) {
    return undefined;
  }
  return {
    ...FRESH,
    phase,
    canaryWeight: weight,
    lastAppliedSpec: handover.lastAppliedSpec,
    lastPromotedSpec: handover.lastPromotedSpec,
    trackedConfigs: target.revision.configs,
  };
}

function strandedHere(facts: CanaryFacts) {
  if (!isStranded(facts)) return [];
  const remedy = 'release a version that works first';
  return [error('its promotion has failed and the canary serves everybody: Flagger would stop its pods', remedy)];
}
