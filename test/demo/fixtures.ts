import type { ReleaseResult } from '../../demo/release/result.js';
import type { View } from '../../demo/screen/view.js';
import type { Line } from '../../demo/screen/style.js';
import type { Analysis, Observation } from '../../demo/watch/canary-watch.js';
import type { Answer } from '../../lab/traffic.js';

export function answer(part: Partial<Answer> = {}): Answer {
  return { ok: true, version: '6.0.0', tookMs: 10, problem: undefined, ...part };
}

/** A judgement at weight 20: 100 % success in 42 ms. */
export const ANALYSIS: Analysis = {
  at: 0,
  what: 'analysis',
  weight: 20,
  ok: true,
  hooks: [],
  metrics: [
    { metric: 'request-success-rate', ok: true, value: 100, min: 99 },
    { metric: 'request-duration', ok: true, value: 42, max: 500 },
  ],
};

export function observation(part: Partial<Observation> = {}): Observation {
  return {
    phase: 'Progressing',
    weight: 20,
    failedChecks: 0,
    versions: { primary: '6.0.0', canary: '6.0.1' },
    analysis: ANALYSIS,
    trouble: undefined,
    ...part,
  };
}

export function view(part: Partial<View> = {}): View {
  return {
    title: '1/2 a good version',
    observation: observation(),
    maxWeight: 50,
    threshold: 10,
    recent: {
      requests: 200,
      failed: 0,
      byVersion: new Map([
        ['6.0.0', 160],
        ['6.0.1', 40],
      ]),
      p99Ms: 12.4,
    },
    recentSeconds: 5,
    byVersion: new Map([
      ['6.0.0', 1600],
      ['6.0.1', 400],
    ]),
    failed: 0,
    elapsedSeconds: 67,
    ...part,
  };
}

export function result(part: Partial<ReleaseResult> = {}): ReleaseResult {
  return {
    plan: { kind: 'good', version: '6.0.1', expected: 'promoted', attacked: false },
    revision: 's1aaaa',
    outcome: 'promoted',
    weights: [10, 20, 30, 40, 50, 0],
    seconds: 30.7,
    requests: 1142,
    requestsByVersion: { '6.0.0': 700, '6.0.1': 442 },
    failedRequests: 0,
    failures: {},
    events: [],
    workflowId: 'canary/demo/test/podinfo',
    runId: 'run-1',
    ...part,
  };
}

/** The text of a line, without its colours. */
export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}
