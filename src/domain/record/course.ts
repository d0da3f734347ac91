import { titleOf } from '../approvals/approvals.js';
import { HOOK_GATES, type Gate, type PolicyGateName } from '../approvals/gates.js';
import type { Policy, Strategy } from '../policy.js';
import { nextWeight } from '../weights.js';

/** How a release proceeds by its policy: its steps, and where it may have to wait. Kept with its record. */
export interface Course {
  readonly strategy: CourseStrategy;
  readonly gates: readonly CourseGate[];
}

export interface CourseStrategy {
  readonly kind: Strategy['kind'];
  /** The canary's weights in order; undefined where the release proceeds by iterations. */
  readonly steps?: readonly number[];
  readonly iterations?: { readonly done: number; readonly of: number };
  readonly intervalSeconds: number;
  /** Failed checks that roll the release back. */
  readonly threshold: number;
}

/** A gate on the release's way. */
export interface CourseGate {
  readonly gate: Gate | PolicyGateName;
  /** The webhooks that decide at it. */
  readonly hooks: readonly string[];
  /** The entry of the approval policy; what follows is only for such gates. */
  readonly policy?: string;
  readonly needed?: number;
  readonly groups?: readonly string[];
  readonly notByTrigger?: boolean;
}

/** @param iterations the number of completed iterations */
export function courseOf(policy: Policy, iterations: number): Course {
  return { strategy: strategyOf(policy, iterations), gates: [...policyGatesOf(policy), ...hookGatesOf(policy)] };
}

function strategyOf({ strategy, intervalSeconds, threshold }: Policy, iterations: number): CourseStrategy {
  const common = { intervalSeconds, threshold };
  if (strategy.kind !== 'canary') {
    const { kind, iterations: of } = strategy;
    return { kind, iterations: { done: Math.min(iterations, of), of }, ...common };
  }
  const steps: number[] = [];
  for (let next = nextWeight(strategy, 0); next !== undefined; next = nextWeight(strategy, next)) steps.push(next);
  return { kind: 'canary', steps, ...common };
}

function policyGatesOf({ approvals }: Policy): CourseGate[] {
  return (approvals?.rules ?? []).map((rule) => {
    const { gate, needed, groups, notByTrigger } = rule;
    return { gate, hooks: [], policy: titleOf(rule), needed, groups, notByTrigger };
  });
}

function hookGatesOf({ hooks }: Policy): CourseGate[] {
  return HOOK_GATES.flatMap((gate) => {
    const names = hooks[gate] ?? [];
    return names.length === 0 ? [] : [{ gate, hooks: names }];
  });
}
