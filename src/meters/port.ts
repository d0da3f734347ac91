import type { Canary } from '../crds/canary.js';
import type { MetricResult } from '../domain/findings.js';
import type { Notice } from '../domain/notices/notice.js';
import type { HookType, Strategy } from '../domain/policy.js';

/** The target of a Canary, whose name is the label of Flagger's metrics. */
export interface MeteredTarget {
  readonly name: string;
  readonly namespace: string;
}

export function targetOf({ namespace, targetRef }: Pick<Canary, 'namespace' | 'targetRef'>): MeteredTarget {
  return { name: targetRef.name, namespace };
}

/** Counts what activities do. Counting never throws and does no I/O. */
export interface Meters {
  /** An observation that reached the analysis. */
  analysed(target: MeteredTarget, seconds: number, results: readonly MetricResult[]): void;
  /** A release has come to its end. */
  finished(target: MeteredTarget, release: FinishedRelease): void;
  called(type: HookType, ok: boolean): void;
  delivered(kind: Notice['kind'], outcome: 'delivered' | 'failed' | 'refused'): void;
  /** One attempt of an activity. */
  attempted(activity: string, outcome: 'completed' | 'failed' | 'cancelled', seconds: number): void;
  rolledBack(by: 'release' | 'deadman'): void;
  /** Releases whose Lease has expired without a takeover so far. */
  late(releases: number): void;
  /** A Canary has for long changed more often than it is observed, or has taken more CPU than its share. */
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
