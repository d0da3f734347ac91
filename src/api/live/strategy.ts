import type { Policy } from '../../domain/policy.js';
import type { State } from '../../domain/state.js';
import { nextWeight } from '../../domain/weights.js';
import type { LiveGate, LiveStrategy } from '../schema/live.js';

const GATES = ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const;

/** How a release of this policy goes, and how far this one has come. */
export function liveStrategyOf(
  { strategy, intervalSeconds, threshold }: Policy,
  state: State | undefined,
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
export function gatesOf({ hooks }: Policy, state: State | undefined): LiveGate[] {
  return GATES.flatMap((gate): LiveGate[] => {
    const closed = state?.gate?.gate === gate ? state.gate : undefined;
    const names = hooks[gate] ?? [];
    if (names.length === 0 && closed === undefined) return [];
    const base = { gate, hooks: [...names] };
    if (closed) return [{ ...base, status: 'closed', ...closed, since: new Date(closed.since).toISOString() }];
    return [{ ...base, status: state?.approved.includes(gate) === true ? 'approved' : 'ahead' }];
  });
}
