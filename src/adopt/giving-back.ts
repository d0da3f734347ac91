import type { StatusEffect } from '../domain/decision/effects.js';
import { isResting } from '../domain/phases.js';
import { sameRevision } from '../domain/revision.js';
import type { NamedObject } from '../kube/object.js';
import { isStranded, type CanaryFacts } from './facts.js';
import { obstaclesOf, pendingRelease } from './obstacles.js';
import { error, info, type Entry, type Finding } from './plan.js';
import type { Traces } from './traces.js';

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
 * What is needed for Flagger to take over a Canary from Serinus.
 *
 * Only Flagger can compute Flagger's hashes, and it takes any other for a new revision. A Canary in the state of its
 * adoption gets its hashes from then. Otherwise it is given back in phase `Initializing`: Flagger finds all objects,
 * writes its own hash, and releases nothing.
 */
export function givingBackOf(facts: CanaryFacts, traces: Traces): Entry {
  const { namespace, name, phase } = facts;
  const entry = { namespace, name, phase, status: undefined, handover: undefined } as const;
  if (!facts.leased && !facts.recordedHere) {
    return { ...entry, verdict: 'nothing', findings: [info('Serinus has nothing to do with it')] };
  }
  const obstacles = traces.diverted ? [undoUnderWay(facts)] : obstaclesOf(facts);
  if (obstacles.length > 0) return { ...entry, verdict: 'blocked', findings: obstacles };
  if (!isResting(phase) || !facts.recordedHere) {
    return { ...entry, verdict: 'change', findings: [info('its status stays as it is'), ...partings(traces)] };
  }
  const before = statusBefore(facts);
  if (before) {
    const findings = [info('its status gets the hashes back that Flagger had written'), ...partings(traces)];
    return { ...entry, verdict: 'change', findings, status: before };
  }
  const blocked = [...pendingRelease(facts), ...strandedHere(facts)];
  if (blocked.length > 0) return { ...entry, verdict: 'blocked', findings: blocked };
  const findings = [info('it becomes Initializing: Flagger finds everything made, and releases nothing')];
  if (phase === 'Failed' && facts.target?.sameAsPrimary === false) {
    findings.push(info('the target still holds what failed, which Flagger will show as Initialized'));
  }
  return { ...entry, verdict: 'change', findings: [...findings, ...partings(traces)], status: FRESH };
}

/** Reported instead of its consequences: users of the warm pods would reach nothing. */
function undoUnderWay({ phase }: CanaryFacts): Finding {
  return error(
    `an undo is under way (${phase}): the Service of its canary leads to the warm pods of the former version`,
    'let Serinus finish the undo, then stop it and give back',
  );
}

/** What is deleted with Serinus, by name. */
function partings({ stamped, forUndo, forArchive }: Traces): readonly Finding[] {
  const said: Finding[] = [];
  if (stamped.length > 0) said.push(info(`Serinus’s annotations are taken off ${listed(stamped)}`));
  if (forUndo.length > 0) said.push(info(`nothing can be undone any more: deleted are ${listed(forUndo)}`));
  if (forArchive.length > 0) said.push(info(`not archived yet, and deleted: ${listed(forArchive)}`));
  return said;
}

function listed(objects: readonly NamedObject[]): string {
  return objects.map(({ type, name }) => `${type.kind}/${name}`).join(', ');
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
