import { nextWeight } from '../../../src/domain/weights.js';
import type { CanaryStrategy, Policy } from '../../../src/domain/policy.js';
import type { Live, LiveGate, LiveStrategy, Release } from '../api/types.js';

const GATES = ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const;

/** The policy that a run has told as part of its state; undefined where no worker was there to tell it. */
function policyOf(release: Release | undefined): Policy | undefined {
  return release?.state?.['policy'] as Policy | undefined;
}

/** What a snapshot would have told of a release by itself, such as one that has ended. */
export function liveOf(release: Release | undefined): Live {
  const strategy = strategyOf(release);
  return {
    canary: release?.canary ?? { namespace: '', name: '' },
    ...(release && { release, phase: release.phase }),
    ...(strategy && { strategy }),
    weight: { wanted: release?.weight ?? 0 },
    ...(release?.reason !== undefined && { why: release.reason }),
    ...(release?.waitsFor !== undefined && { next: { what: release.waitsFor } }),
    tree: [],
    gates: gatesOf(release),
    links: {},
  };
}

function strategyOf(release: Release | undefined): LiveStrategy | undefined {
  const policy = policyOf(release);
  if (!policy) return undefined;
  const { strategy, threshold, intervalSeconds } = policy;
  const common = { kind: strategy.kind, threshold, intervalSeconds };
  if (strategy.kind === 'canary') return { ...common, steps: stepsOf(strategy) };
  const done = release?.state?.['iterations'];
  return { ...common, iterations: { done: typeof done === 'number' ? done : 0, of: strategy.iterations } };
}

/** All weights on the way up, as the core of Serinus would take them. */
function stepsOf(strategy: CanaryStrategy): number[] {
  const steps: number[] = [];
  for (let at = nextWeight(strategy, 0); at !== undefined; at = nextWeight(strategy, at)) steps.push(at);
  return steps;
}

function gatesOf(release: Release | undefined): LiveGate[] {
  const hooks = policyOf(release)?.hooks ?? {};
  const closed = release?.gate;
  return GATES.flatMap((gate): LiveGate[] => {
    const names = hooks[gate] ?? [];
    if (closed?.gate === gate) return [{ ...closed, status: 'closed', hooks: [...names] }];
    return names.length === 0 ? [] : [{ gate, status: 'ahead', hooks: [...names] }];
  });
}
