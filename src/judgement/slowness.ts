import { compactEvidence, compactLate } from './compact.js';
import type { Arm } from './counts.js';
import type { RatioEvidence, Scores } from './evidence.js';
import { scoresWithLate, type LateEvidence } from './late.js';
import { latencyScores, withLatencyWindow, type EdgeEvidence, type LatencyArm, type LatencyCounts } from './latency.js';
import type { RatioLimits } from './limits.js';

/** What a release has shown of its latency so far. */
export interface SlowEvidence {
  /** In seconds, chosen before the first window, and never changed. */
  readonly edges: readonly number[];
  /** In the order of the edges. */
  readonly ratios: readonly RatioEvidence[];
  /** Evidence that it has turned slow at some time; absent in states of earlier versions. */
  readonly late?: readonly LateEvidence[];
  readonly canary: LatencyArm;
  readonly primary: LatencyArm;
}

/** Requests of one window, by the judged edges. */
export interface SlowCounts extends LatencyCounts {
  readonly edges: readonly number[];
}

/** Requests of both versions, and those that were slower than the edge at which they differ most. */
export interface AtEdge {
  readonly edge: number;
  readonly canary: Arm;
  readonly primary: Arm;
}

/** @throws RangeError where counts aren't counts, or are about other edges */
export function withSlowWindow(
  before: SlowEvidence | undefined,
  counts: SlowCounts,
  limits: RatioLimits,
): SlowEvidence {
  const { edges, canary, primary } = counts;
  if (before && before.edges.join() !== edges.join()) throw new RangeError('the edges have changed in mid-release');
  const grown = withLatencyWindow(edgesIn(before), counts, limits);
  return {
    edges,
    ratios: grown.map(({ ratio }) => compactEvidence(ratio)),
    late: grown.map(({ late }) => compactLate(late)),
    canary: added(before?.canary, canary),
    primary: added(before?.primary, primary),
  };
}

/** Before the first window nothing is known, so no canary fails or passes. */
export function slowScores(evidence: SlowEvidence | undefined): Pick<Scores, 'fail' | 'pass'> {
  return latencyScores(edgesIn(evidence));
}

function edgesIn(evidence: SlowEvidence | undefined): readonly EdgeEvidence[] {
  return (evidence?.ratios ?? []).map((ratio, edge) => ({ ratio, late: evidence?.late?.[edge] }));
}

/** Where the evidence against the canary is strongest; undefined where there is none at all. */
export function worstEdge(evidence: SlowEvidence): AtEdge | undefined {
  const { edges, canary, primary } = evidence;
  const fails = edgesIn(evidence).map(({ ratio, late }) => scoresWithLate(ratio, late).fail);
  const worst = fails.indexOf(Math.max(...fails));
  const edge = edges[worst];
  if (edge === undefined) return undefined;
  const arm = ({ requests, slower }: LatencyArm): Arm => ({ requests, bad: slower[worst] ?? 0 });
  return { edge, canary: arm(canary), primary: arm(primary) };
}

function added(before: LatencyArm | undefined, { requests, slower }: LatencyArm): LatencyArm {
  return {
    requests: (before?.requests ?? 0) + requests,
    slower: slower.map((count, edge) => (before?.slower[edge] ?? 0) + count),
  };
}
