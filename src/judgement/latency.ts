import type { Arm, WindowCounts } from './counts.js';
import { NO_EVIDENCE, withWindow, type RatioEvidence, type Scores } from './evidence.js';
import { NO_LATE_EVIDENCE, scoresWithLate, withLateWindow, type LateEvidence } from './late.js';
import type { RatioLimits } from './limits.js';
import { logMeanExp } from './numbers.js';

/** Requests of one version in a window: how many, and how many of them were slower than each edge. */
export interface LatencyArm {
  readonly requests: number;
  /** In the order of the edges. */
  readonly slower: readonly number[];
}

export interface LatencyCounts {
  readonly canary: LatencyArm;
  readonly primary: LatencyArm;
}

/** Edges that most of the primary's requests pass: about those, "slower" says little. */
const MOST_SLOW = 0.5;
/** The state holds 22 numbers an edge. */
const MOST_EDGES = 8;

/**
 * The edges of a histogram that are judged. They are chosen by the primary's behaviour before the release, and stay: a
 * choice by the judged counts would void the bound.
 *
 * @param before the primary's requests, by all edges in ascending order
 * @returns indexes of edges; none where the primary had no requests
 */
export function edgesToJudge(before: LatencyArm): readonly number[] {
  const useful = before.slower.flatMap((slow, index) => (slow <= MOST_SLOW * before.requests ? [index] : []));
  if (before.requests === 0) return [];
  if (useful.length <= MOST_EDGES) return useful;
  // Edges next to the middle of the distribution say most; the last ones hold only outliers.
  return useful.slice(0, MOST_EDGES);
}

/** What is kept of one edge. */
export interface EdgeEvidence {
  readonly ratio: RatioEvidence;
  /** Evidence that it has turned slow at some time; absent in states of earlier versions. */
  readonly late?: LateEvidence | undefined;
}

export const NO_EDGE: EdgeEvidence = { ratio: NO_EVIDENCE };

export function withLatencyWindow(
  before: readonly EdgeEvidence[],
  counts: LatencyCounts,
  limits: RatioLimits,
): readonly Required<EdgeEvidence>[] {
  return counts.canary.slower.map((_, edge) => {
    const { ratio, late = NO_LATE_EVIDENCE } = before[edge] ?? NO_EDGE;
    const window = atEdge(counts, edge);
    return { ratio: withWindow(ratio, window, limits), late: withLateWindow(late, window, limits) };
  });
}

/**
 * The mean of e-values is an e-value, however they depend on each other: one budget covers the whole distribution. To
 * pass, a canary must have proven itself at every edge.
 */
export function latencyScores(edges: readonly EdgeEvidence[]): Pick<Scores, 'fail' | 'pass'> {
  if (edges.length === 0) return { fail: 0, pass: 0 };
  const scores = edges.map(({ ratio, late }) => scoresWithLate(ratio, late));
  return { fail: logMeanExp(scores.map(({ fail }) => fail)), pass: Math.min(...scores.map(({ pass }) => pass)) };
}

/** Requests that were slower than an edge, as counts of bad ones. */
function atEdge({ canary, primary }: LatencyCounts, edge: number): WindowCounts {
  const arm = ({ requests, slower }: LatencyArm): Arm => ({ requests, bad: slower[edge] ?? 0 });
  return { canary: arm(canary), primary: arm(primary) };
}
