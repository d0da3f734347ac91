import { isOpen, titleOf } from '../../domain/approvals/approvals.js';
import { HOOK_GATES } from '../../domain/approvals/gates.js';
import type { Policy } from '../../domain/policy.js';
import type { RunState } from '../../domain/state.js';
import { nextWeight } from '../../domain/weights.js';
import { gateOf } from '../releases/gate.js';
import type { Gate } from '../schema/release.js';
import type { LiveGate, LiveStrategy } from '../schema/live.js';

/** How a release of this policy goes, and how far this one has come. */
export function liveStrategyOf(
  { strategy, intervalSeconds, threshold }: Policy,
  state: RunState | undefined,
): LiveStrategy {
  const common = { intervalSeconds, threshold };
  if (strategy.kind !== 'canary') {
    return {
      kind: strategy.kind,
      iterations: { done: Math.min(state?.iterations ?? 0, strategy.iterations), of: strategy.iterations },
      ...common,
    };
  }
  const steps: number[] = [];
  for (let next = nextWeight(strategy, 0); next !== undefined; next = nextWeight(strategy, next)) steps.push(next);
  return { kind: 'canary', steps, ...common };
}

/** The gates that a release of this policy may come to, and the one at which it stands. */
export function gatesOf(policy: Policy, state: RunState | undefined): LiveGate[] {
  const closed = state && gateOf(state);
  return [...policyGatesOf(policy, state, closed), ...hookGatesOf(policy, state, closed)];
}

function policyGatesOf({ approvals }: Policy, state: RunState | undefined, closed: Gate | undefined): LiveGate[] {
  return (approvals?.rules ?? []).map((rule): LiveGate => {
    const { gate, needed, notByTrigger } = rule;
    const base = { gate, policy: titleOf(rule), hooks: [] };
    const revision = state?.applied;
    const isApproved = state !== undefined && revision !== undefined && isOpen(state, rule, revision);
    if (closed?.policy === base.policy && !isApproved) return { ...base, status: 'closed', ...closed };
    return { ...base, status: isApproved ? 'approved' : 'ahead', needed, groups: [...rule.groups], notByTrigger };
  });
}

function hookGatesOf({ hooks }: Policy, state: RunState | undefined, waiting: Gate | undefined): LiveGate[] {
  return HOOK_GATES.flatMap((gate): LiveGate[] => {
    const closed = waiting?.gate === gate ? waiting : undefined;
    const names = hooks[gate] ?? [];
    if (names.length === 0 && closed === undefined) return [];
    const base = { gate, hooks: [...names] };
    if (closed) return [{ ...base, status: 'closed', ...closed }];
    return [{ ...base, status: state?.approved.includes(gate) === true ? 'approved' : 'ahead' }];
  });
}
