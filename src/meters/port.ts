import type { Canary } from '../crds/canary.js';
import type { MetricResult } from '../domain/findings.js';
import type { Notice } from '../domain/notices/notice.js';
import type { HookType, Strategy } from '../domain/policy.js';

/** The target of a Canary, by whose name Flagger's metrics are labelled. */
export interface MeteredTarget {
  readonly name: string;
  readonly namespace: string;
}

export function targetOf({ namespace, targetRef }: Pick<Canary, 'namespace' | 'targetRef'>): MeteredTarget {
  return { name: targetRef.name, namespace };
}

/** What activities tell whoever counts. Counting never throws and does no I/O. */
export interface Meters {
  /** A look that came as far as the analysis. */
  analysed(target: MeteredTarget, seconds: number, results: readonly MetricResult[]): void;
  /** A release has come to its end. */
  finished(target: MeteredTarget, release: FinishedRelease): void;
  called(type: HookType, ok: boolean): void;
  delivered(kind: Notice['kind'], outcome: 'delivered' | 'failed' | 'refused'): void;
  /** One attempt of an activity. */
  attempted(activity: string, outcome: 'completed' | 'failed' | 'cancelled', seconds: number): void;
  rolledBack(by: 'release' | 'deadman'): void;
  /** Releases whose Lease has run out while nobody has looked after them yet. */
  late(releases: number): void;
  /** A Canary has changed more often than it is looked at, or has taken more of the processor than its share, for long. */
  throttled(canary: MeteredTarget): void;
  /** Everything that has been counted, as Prometheus reads it. */
  expose(): Promise<string>;
  /** Of what `expose` returns. */
  readonly contentType: string;
}

export interface FinishedRelease {
  readonly strategy: Strategy['kind'];
  readonly skipped: boolean;
  readonly succeeded: boolean;
}
