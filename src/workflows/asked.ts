import { annotatedIn } from '../domain/policy.js';
import type { RunState } from '../domain/state.js';
import type { AskedState } from './activities.js';

/** The input of an observation. */
export function asked(state: RunState): AskedState {
  const approvals = state.policy?.approvals;
  return {
    canary: state.canary,
    knownGeneration: state.policy?.generation ?? 0,
    ...(approvals === undefined ? {} : { knownApprovals: approvals.digest }),
    ...(state.policy === undefined ? {} : { knownLoadTests: state.policy.loadTests }),
    ...(state.policy === undefined ? {} : { knownAnnotated: annotatedIn(state.policy) }),
    generation: state.generation,
    recover: state.recover,
    phase: state.phase,
    weight: state.weight,
    failedChecks: state.failedChecks,
    ...(state.failedInARow === undefined ? {} : { failedInARow: state.failedInARow }),
    unknownChecks: state.unknownChecks,
    ...(state.unknownAt === undefined ? {} : { unknownAt: state.unknownAt }),
    ...(state.judgement === undefined ? {} : { judgement: state.judgement }),
    ...(state.notCountedSince === undefined ? {} : { notCountedSince: state.notCountedSince }),
    iterations: state.iterations,
    applied: state.applied,
    promoted: state.promoted,
    prepared: state.prepared,
    begun: state.begun,
    stranded: state.stranded,
    ...(state.mending === undefined ? {} : { mending: state.mending }),
    ...(state.outage === undefined ? {} : { outage: state.outage }),
    ...(state.returning === undefined ? {} : { returning: state.returning }),
    paused: state.paused,
    gate: state.gate,
    approved: state.approved,
    approvals: state.approvals,
    triggers: state.triggers,
    promoteNow: state.promoteNow,
    skipStep: state.skipStep ?? false,
    again: state.again ?? false,
    grown: state.grown ?? false,
    ...(state.undoing === undefined ? {} : { undoing: state.undoing }),
    checkDueAt: state.checkDueAt,
    weightSince: state.weightSince,
    lastDrift: state.lastDrift,
    ...(state.stuckSince === undefined ? {} : { stuckSince: state.stuckSince }),
    ...(state.unready === undefined ? {} : { unready: state.unready }),
  };
}

/** Whether an observation must read the API server. */
export function isFresh({ fresh, waiting }: RunState): boolean {
  return fresh || (waiting.for === 'tick' && waiting.fresh === true);
}
