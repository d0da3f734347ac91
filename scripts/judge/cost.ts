import { performance } from 'node:perf_hooks';
import { judge, NOTHING_SHOWN, type ReleaseWindow } from '../../src/judgement/release.js';
import type { Rules } from '../../src/judgement/rules.js';
import { poisson, randomFrom } from '../../src/judgement/random.js';

const LIMITS = { tolerated: 1.25, unacceptable: 2, floor: 0.001, dispersion: 1 };
const METRICS = ['errors', 'checkouts', 'searches'];
const EDGES = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Cost {
  /** Bytes of what is remembered, as JSON, after so many windows. */
  readonly bytes: readonly (readonly [windows: number, metrics: number, withLatency: number])[];
  /** Of one window, half of them are quicker. */
  readonly microseconds: { readonly metrics: number; readonly withLatency: number };
}

/** What three metrics cost, without and with latency at eight edges besides. */
export function cost(windows: number): Cost {
  const plain = course(windows, false);
  const slow = course(windows, true);
  return {
    bytes: plain.bytes.map(([at, bytes], i) => [at, bytes, slow.bytes[i]?.[1] ?? NaN]),
    microseconds: { metrics: plain.microseconds, withLatency: slow.microseconds },
  };
}

function course(windows: number, isSlow: boolean) {
  const names = isSlow ? [...METRICS, 'latency'] : METRICS;
  const rules: Rules = {
    budgets: { falseRollback: 0.01, wrongPromotion: 0.05 },
    metrics: names.map((name) => ({
      ...{ name, share: 1 / names.length, limits: LIMITS },
      ...(name === 'latency' ? { byEdges: true } : {}),
    })),
    tripwire: { share: 0.5, requests: 20 },
    split: { tolerance: 0.25, budget: 0.001 },
  };
  const random = randomFrom(1);
  const took: number[] = [];
  const bytes: [number, number][] = [];
  let evidence = NOTHING_SHOWN;
  for (let i = 1; i <= windows; i += 1) {
    const next = windowBy(random, isSlow);
    const began = performance.now();
    ({ evidence } = judge(evidence, next, rules));
    took.push(1000 * (performance.now() - began));
    if (i === 1 || i === 100 || i === windows) bytes.push([i, JSON.stringify(evidence).length]);
  }
  return { bytes, microseconds: took.toSorted((a, b) => a - b)[Math.floor(took.length / 2)] ?? NaN };
}

function windowBy(random: () => number, isSlow: boolean): ReleaseWindow {
  const arm = (requests: number) => ({ requests, bad: poisson(random, requests * 0.005) });
  const slower = (requests: number) => ({
    requests,
    slower: EDGES.map((_, i) => poisson(random, requests * 0.3 ** (i + 1))),
  });
  return {
    weight: 10,
    requests: { canary: 300, primary: 2700 },
    counts: Object.fromEntries(METRICS.map((name) => [name, { canary: arm(300), primary: arm(2700) }])),
    ...(isSlow ? { latency: { edges: EDGES, canary: slower(300), primary: slower(2700) } } : {}),
  };
}
