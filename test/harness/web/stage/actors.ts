import { canarySummarySchema, type CanarySummary } from '../../../../src/api/schema/canary.js';
import { liveSchema, type Live } from '../../../../src/api/schema/live.js';
import { readLine, type RecordLine } from '../../../../src/api/schema/record.js';
import { releaseSchema, type Release } from '../../../../src/api/schema/release.js';
import type { FleetStatus } from '../../../../src/api/schema/standing.js';

/** When everything on the stage takes place: pictures are the same tomorrow. */
export const NOW = Date.parse('2026-03-02T10:00:00Z');

const TARGET = { kind: 'Deployment', name: 'cart' };
const TEAMS = ['payments', 'search', 'platform'];
const APPLICATIONS = ['shop', 'backoffice'];
const MOODS: readonly (readonly [FleetStatus, Partial<CanarySummary>])[] = [
  ['succeeded', {}],
  [
    'progressing',
    {
      phase: 'Progressing',
      releaseUnderWay: true,
      canaryWeight: 30,
      step: { done: 3, of: 5 },
      worst: { metric: 'request-success-rate', value: 99.18, min: 99, ok: true },
      by: 'ci',
      traffic: { to: 'share', percent: 30 },
      versions: { from: '1.0.0', to: '2.0.0-rc.1' },
    },
  ],
  ['initialized', { phase: 'Initialized' }],
  [
    'waiting',
    {
      phase: 'WaitingPromotion',
      releaseUnderWay: true,
      attention: 'waits for approval (confirm-promotion)',
      step: { done: 5, of: 5 },
      by: 'alice',
      versions: { from: '1.4.2', to: '1.5.0' },
    },
  ],
  ['succeeded', {}],
  [
    'failed',
    {
      phase: 'Failed',
      attention: 'failed: Canary analysis failed, deployment scaled to zero',
      versions: { from: '3.1.0', to: '3.2.0' },
    },
  ],
  ['succeeded', {}],
  [
    'paused',
    {
      phase: 'Progressing',
      releaseUnderWay: true,
      attention: 'paused',
      step: { done: 1, of: 5 },
      worst: { metric: 'request-duration', value: 612.4, max: 500, ok: false },
      by: 'bob',
      versions: { from: '7', to: '8' },
    },
  ],
];

/** A row of the fleet as the API would answer it. */
export function row(name: string, more: Partial<CanarySummary> = {}): CanarySummary {
  return canarySummarySchema.parse({
    ...{ cluster: 'main', namespace: 'shop', name, phase: 'Succeeded', standing: 'succeeded', canaryWeight: 0 },
    ...{ failedChecks: 0, target: { ...TARGET, name }, provider: 'apisix', revision: 'abc', promotedRevision: 'abc' },
    ...{ suspended: false, message: '', releaseUnderWay: false, versions: { from: '1.0.0' } },
    lastTransitionTime: new Date(NOW - 3_600_000).toISOString(),
    ...more,
  });
}

/** So many Canaries, of every mood. */
export function fleet(count: number): CanarySummary[] {
  return Array.from({ length: count }, (_, index) => {
    const [standing, more] = MOODS[index % MOODS.length] ?? ['succeeded', {}];
    return row(`service-${String(index).padStart(3, '0')}`, {
      ...{ standing, namespace: `team-${index % 7}`, team: TEAMS[index % 3], application: APPLICATIONS[index % 2] },
      lastTransitionTime: new Date(NOW - 60_000 * (index + 1)).toISOString(),
      ...more,
    });
  });
}

const at = (seconds: number): string => new Date(NOW - 600_000 + seconds * 1000).toISOString();

interface Check {
  /** How the canary compares with the primary, by the judgement. */
  readonly ratio?: readonly [lower: number, ratio: number, upper: number];
  readonly weight: number;
  readonly rate: number;
  readonly duration: number;
}

/** A check as it stands in a record: the success rate must be 99 % at least, requests must take 500 ms at most. */
function check(seconds: number, { weight, rate, duration, ratio }: Check): RecordLine {
  const metrics = [
    { metric: 'request-success-rate', value: rate, min: 99, ok: rate >= 99 },
    { metric: 'request-duration', value: duration, max: 500, ok: duration <= 500 },
  ].map((one) => ({ ...one, ...(one.ok ? {} : { message: `Halt cart.shop advancement ${one.metric} ${one.value}` }) }));
  const ok = metrics.every((one) => one.ok);
  return readLine({
    ...{ at: at(seconds), what: 'analysis', weight, ok, metrics },
    seen: { percent: weight * 1.02, requests: 400, windowSeconds: 60, at: Date.parse(at(seconds)) },
    hooks: [{ hook: 'acceptance-test', ok: true }],
    ...(ratio && { judged: judgedBy(ratio) }),
  } as { at: string; what: string });
}

function judgedBy([lower, ratio, upper]: readonly [number, number, number]): object {
  const arms = { canary: { requests: 4_000, bad: 9 }, primary: { requests: 9_000, bad: 18 } };
  const metric = {
    metric: 'failures',
    verdict: 'WAIT',
    ratio,
    lower,
    upper,
    towardsFail: 0.1,
    towardsPass: 0.6,
    ...arms,
  };
  return { verdict: 'WAIT', metrics: [metric], heard: true, windows: 3, says: 'failures: not enough yet' };
}

const event = (seconds: number, message: string, type = 'Normal'): RecordLine =>
  readLine({ at: at(seconds), what: 'event', type, message } as { at: string; what: string });

const weight = (seconds: number, canary: number): RecordLine =>
  readLine({ at: at(seconds), what: 'weight', canary } as { at: string; what: string });

const order = (seconds: number, name: string, by: string, reason: string): RecordLine =>
  readLine({ ...{ at: at(seconds), what: 'order', order: name, by, reason }, channel: 'ui' } as {
    at: string;
    what: string;
  });

/** A release of cart, from 1.0.0 to 2.0.0-rc.1; under way where nothing else is said. */
export function release(more: Partial<Release> = {}): Release {
  return releaseSchema.parse({
    ...{ id: 'shop.cart.11111111-1111-4111-8111-111111111111', canary: { namespace: 'shop', name: 'cart' } },
    ...{ phase: 'Progressing', weight: 30, revision: '6b9f7c8d5f', triggeredBy: 'ci', run: 'running', ended: false },
    startedAt: at(0),
    cause: { kind: 'revision', by: 'ci', reason: 'faster checkout' },
    versions: { from: '1.0.0', to: '2.0.0-rc.1' },
    failedChecks: 1,
    course: {
      strategy: { kind: 'canary', steps: [10, 20, 30, 40, 50], intervalSeconds: 60, threshold: 5 },
      gates: [{ gate: 'confirm-promotion', status: 'ahead', hooks: ['ask'] }],
    },
    steering: ['pause', 'abort', 'promote', 'weight', 'skip'].map((name) => ({
      order: name,
      effect: `Would ${name} the release of cart.`,
      href: `/api/v1/releases/shop.cart.11111111-1111-4111-8111-111111111111/${name}`,
      command: `serinus ${name} cart -n shop`,
    })),
    record: [
      event(0, 'New revision detected! Scaling up cart.shop'),
      weight(60, 10),
      check(120, { weight: 10, rate: 99.98, duration: 121, ratio: [0.2, 1.4, 6] }),
      weight(120, 20),
      check(180, { weight: 20, rate: 98.2, duration: 480, ratio: [0.6, 1.9, 4.1] }),
      event(180, 'Halt cart.shop advancement success rate 98.20% < 99%', 'Warning'),
      check(240, { weight: 20, rate: 99.6, duration: 130, ratio: [0.7, 1.3, 2.3] }),
      weight(240, 30),
      order(300, 'pause', 'alice', 'lunch'),
      order(330, 'resume', 'alice', ''),
    ],
    recordDropped: 0,
    ...more,
  });
}

/** The same, rolled back after bad checks. */
export function rolledBack(): Release {
  const bad = [240, 300, 360, 420, 480].map((seconds) =>
    check(seconds, { weight: 20, rate: 66.97 - seconds / 1000, duration: 900 }),
  );
  const halts = [240, 300, 360, 420, 480].map((seconds) =>
    event(seconds, 'Halt cart.shop advancement success rate 66.97% < 99%', 'Warning'),
  );
  const { record } = release();
  return release({
    ...{ phase: 'Failed', weight: 0, run: 'completed', outcome: 'rolled-back', ended: true, endedAt: at(490) },
    reason: 'Rolling back cart.shop failed checks threshold reached 5',
    verdict: 'Rolled back: success rate 66.49%, needs at least 99%, 5 failed checks',
    failedChecks: 5,
    steering: [
      {
        order: 'retry',
        effect: 'Releases the same revision again.',
        href: '/api/v1/releases/x/retry',
        command: 'serinus retry cart -n shop',
      },
    ],
    record: [...record.slice(0, 6), ...bad, ...halts, event(490, 'Canary failed! Scaling down cart.shop', 'Warning')],
  });
}

/** How cart stands, with a release. */
export function live(of: Release | undefined, more: Partial<Live> = {}): Live {
  const underWay = of !== undefined && !of.ended;
  return liveSchema.parse({
    canary: { namespace: 'shop', name: 'cart' },
    ...{ cluster: 'main', at: new Date(NOW).toISOString(), phase: of?.phase ?? 'Initialized' },
    standing: of === undefined ? 'initialized' : of.ended ? 'failed' : 'progressing',
    ...(of && { release: of }),
    ...(of?.course && { strategy: of.course.strategy }),
    weight: {
      wanted: of?.weight ?? 0,
      ...(underWay && { seen: { percent: 29.4, requests: 1204, windowSeconds: 60, at: at(590) } }),
    },
    traffic: { to: 'share', percent: of?.weight ?? 0 },
    why: underWay ? 'weight 30 stands, the last check passed' : 'rolled back',
    ...(underWay && { next: { what: 'the next check', at: new Date(NOW + 30_000).toISOString() } }),
    tree: [
      {
        ...{ kind: 'Canary', name: 'cart', health: 'busy', status: 'Progressing' },
        children: [
          { kind: 'Deployment', name: 'cart-primary', health: 'good', status: '2 of 2 ready', children: [] },
          { kind: 'Deployment', name: 'cart', health: 'good', status: '1 of 1 ready', children: [] },
        ],
      },
    ],
    gates: of?.course?.gates ?? [],
    links: { temporal: 'https://temporal.example/run' },
    ...more,
  });
}
