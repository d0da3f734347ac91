import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { JudgementPolicy, Patience, WatchPolicy } from '../domain/decision/judged.js';
import type { RatioLimits } from '../judgement/limits.js';
import type { Rules } from '../judgement/rules.js';
import type { Course } from './approvals.js';
import { JUDGEMENT_ANNOTATION } from './own-settings.js';
import { readYaml, YamlProblem, type YamlBounds } from './bounded/yaml.js';
import { complaints, type Complaint } from './refusal.js';
import { judgementSchema } from './schema/judgement.js';

const FIELD = `metadata.annotations["${JUDGEMENT_ANNOTATION}"]`;
const SHAPE = 'write YAML fields, such as "preset: balanced"';
/** Many times the size of a real one, which all releases wait for while it is parsed. */
export const JUDGEMENT_BOUNDS: YamlBounds = { characters: 8_192, tokens: 3_000, depth: 6 };

/** The metrics of failed and of slow requests. */
export const ERRORS = 'errors';
export const LATENCY = 'latency';
/** The acceptable share of slow requests, by default. */
const SLOW_FLOOR = 0.01;

/** A counter pair defined by the user, by version; the selectors are query templates. */
export interface JudgedCounts {
  readonly name: string;
  readonly canary: CountSelectors;
  readonly primary: CountSelectors;
  /** Where releases are compared with a fresh baseline. */
  readonly baseline?: CountSelectors;
}

interface CountSelectors {
  readonly total: string;
  readonly bad: string;
}

/** Sums and numbers of values defined by the user, by version; the selectors are query templates. */
export interface JudgedMean {
  readonly name: string;
  readonly canary: SumSelectors;
  readonly primary: SumSelectors;
  /** Where releases are compared with a fresh baseline. */
  readonly baseline?: SumSelectors;
  /** No value is larger. */
  readonly atMost: number;
}

interface SumSelectors {
  readonly sum: string;
  readonly count: string;
}

/** The annotation's settings, complete. */
export interface JudgementSettings extends JudgementPolicy {
  readonly rules: Rules;
  readonly counts: readonly JudgedCounts[];
  readonly means: readonly JudgedMean[];
  /** Metrics of the spec whose thresholds aren't checked, because evidence judges them instead. */
  readonly replaced: readonly string[];
  /** Metrics whose φ is measured from the primary's past. */
  readonly measured: readonly string[];
  /** Whether latency is judged, too. */
  readonly latency: boolean;
  /** How long after a change of weight requests aren't counted yet. */
  readonly settleSeconds: number;
}

/** The judgement of a cluster's Canaries without one of their own. */
export const DEFAULT_JUDGEMENTS = ['off', 'careful', 'balanced', 'quick'] as const;
export type DefaultJudgement = (typeof DEFAULT_JUDGEMENTS)[number];

/** The value for a Canary that isn't to be judged by its cluster's default. */
const OFF = 'off';
/** Their metrics don't distinguish the versions. */
const UNCOUNTABLE: ReadonlySet<string> = new Set(['knative']);

export type ReadJudgement =
  | { readonly ok: true; readonly judgement: JudgementSettings | undefined }
  | { readonly ok: false; readonly complaints: readonly [Complaint, ...Complaint[]] };

type Written = z.output<typeof judgementSchema>;

interface Preset extends Pick<JudgementPolicy, 'steps' | 'promotion'> {
  readonly limits: RatioLimits;
  readonly budgets: Rules['budgets'];
  readonly wait: JudgementPolicy['wait'];
}

/** For teams that don't read the mathematics. docs/judgement.md describes the same in words. */
const PRESETS: Readonly<Record<Written['preset'], Preset>> = {
  careful: {
    limits: { tolerated: 1.25, unacceptable: 2, floor: 0.001, dispersion: 1 },
    budgets: { falseRollback: 0.01, wrongPromotion: 0.01 },
    ...{ steps: 'prove', promotion: 'prove', wait: { seconds: 7_200, text: '2h', then: 'hold' } },
  },
  balanced: {
    limits: { tolerated: 1.25, unacceptable: 2, floor: 0.001, dispersion: 1 },
    budgets: { falseRollback: 0.01, wrongPromotion: 0.05 },
    ...{ steps: 'guard', promotion: 'prove', wait: { seconds: 3_600, text: '1h', then: 'ask' } },
  },
  quick: {
    limits: { tolerated: 1.5, unacceptable: 3, floor: 0.005, dispersion: 1 },
    budgets: { falseRollback: 0.02, wrongPromotion: 0.1 },
    ...{ steps: 'guard', promotion: 'guard', wait: { seconds: 1_800, text: '30m', then: 'advance' } },
  },
};

const TRIPWIRE = { share: 0.5, requests: 20 };
const SPLIT = { tolerance: 0.25, budget: 0.001 };
const SETTLE_SECONDS = 5;
const WATCH = { seconds: 1_800, text: '30m', then: 'ask' } as const;

/**
 * Parses the annotation. Where canary and primary don't serve at the same time, by weight, there is nothing to compare:
 * that is refused.
 *
 * @param preset of the cluster, for Canaries without the annotation that can be judged at all
 */
export function readJudgement(
  annotations: Readonly<Record<string, string>>,
  course: Course,
  preset: DefaultJudgement = OFF,
): ReadJudgement {
  const text = annotations[JUDGEMENT_ANNOTATION];
  if (text?.trim() === OFF) return { ok: true, judgement: undefined };
  if (text === undefined) return { ok: true, judgement: byDefault(preset, course) };
  const parsed = parse(text);
  if ('field' in parsed) return { ok: false, complaints: [parsed] };
  const read = judgementSchema.safeParse(parsed.value, { reportInput: true });
  if (!read.success) {
    const [first, ...others] = complaints(read.error, parsed.value).map((one) => placed(one, text));
    if (first === undefined) throw read.error;
    return { ok: false, complaints: [first, ...others] };
  }
  const judgement = settingsOf(read.data, text);
  const [first, ...others] = [
    ...unfit(course),
    ...unfitBaseline(read.data, course),
    ...contradictions(read.data, judgement),
    ...unknownReplaced(read.data, course),
  ];
  return first ? { ok: false, complaints: [first, ...others] } : { ok: true, judgement };
}

function byDefault(preset: DefaultJudgement, course: Course): JudgementSettings | undefined {
  if (preset === OFF || unfit(course).length > 0 || UNCOUNTABLE.has(course.provider)) return undefined;
  const text = `preset: ${preset}`;
  return settingsOf(judgementSchema.parse({ preset }), text);
}

function parse(text: string): { readonly value: unknown } | Complaint {
  try {
    return { value: readYaml(text, JUDGEMENT_BOUNDS) };
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return { field: FIELD, value: text, remedy: `it can't be read as YAML (${error.message}): ${SHAPE}` };
  }
}

/** `errors.floor` of the text, as a field of the Canary. */
function placed({ field, value, remedy }: Complaint, text: string): Complaint {
  if (field === 'object') return { field: FIELD, value: text, remedy: remedy.startsWith('there is') ? remedy : SHAPE };
  return { field: `${FIELD}.${field}`, value, remedy };
}

function settingsOf(written: Written, text: string): JudgementSettings {
  const preset = PRESETS[written.preset];
  const slow = { ...preset.limits, floor: Math.max(preset.limits.floor, SLOW_FLOOR) };
  const metrics = [
    { name: ERRORS, ...measuredBy(written.errors), limits: limitsOf(preset.limits, written.errors ?? {}) },
    ...(written.latency
      ? [
          {
            ...{ name: LATENCY, ...measuredBy(written.latency) },
            limits: limitsOf(slow, written.latency),
            byEdges: true as const,
          },
        ]
      : []),
    ...written.counts.map((own) => ({
      ...{ name: own.name, ...measuredBy(own), limits: limitsOf(preset.limits, own) },
    })),
    ...written.means.map((own) => ({
      ...{ name: own.name, ...measuredBy(own), limits: limitsOf(preset.limits, own) },
      mean: { atMost: own.atMost, worse: own.worse },
    })),
  ];
  const wait = patienceOf(written.wait, preset.wait);
  return {
    digest: createHash('sha256').update(text).digest('hex').slice(0, 16),
    steps: written.steps ?? preset.steps,
    promotion: written.promotion ?? preset.promotion,
    wait,
    shared: patienceOf(written.shared, { ...preset.wait, then: 'ask' }),
    ...(written.watch ? { watch: watchOf(written.watch) } : {}),
    ...(written.baseline ? { baseline: true } : {}),
    settleSeconds: (written.settle?.ms ?? SETTLE_SECONDS * 1000) / 1000,
    replaced: replacementsOf(written).map(({ value }) => value),
    measured: metrics.flatMap(({ name, measured }) => (measured ? [name] : [])),
    latency: written.latency !== undefined,
    counts: written.counts.map(({ name, canary, primary, baseline }) => ({
      ...{ name, canary, primary },
      ...(baseline ? { baseline } : {}),
    })),
    means: written.means.map(({ name, canary, primary, baseline, atMost }) => ({
      ...{ name, canary, primary, atMost },
      ...(baseline ? { baseline } : {}),
    })),
    rules: {
      budgets: {
        falseRollback: written.falseRollback ?? preset.budgets.falseRollback,
        wrongPromotion: written.wrongPromotion ?? preset.budgets.wrongPromotion,
      },
      metrics: metrics.map((metric) => ({ ...metric, share: 1 / metrics.length })),
      tripwire: {
        share: written.tripwire?.share ?? TRIPWIRE.share,
        requests: written.tripwire?.requests ?? TRIPWIRE.requests,
      },
      split: { ...SPLIT, tolerance: written.split?.tolerance ?? SPLIT.tolerance },
    },
  };
}

function patienceOf(own: Written['wait'], { then, ...preset }: Patience): Patience {
  const { for: given } = own ?? {};
  const lasts = given ? { seconds: given.ms / 1000, text: given.text } : preset;
  return { ...lasts, then: own?.then ?? then };
}

function watchOf({ for: given, then = WATCH.then }: NonNullable<Written['watch']>): WatchPolicy {
  return { ...(given ? { seconds: given.ms / 1000, text: given.text } : WATCH), then };
}

/** The written form of a metric's own limits. */
type OwnLimits = Partial<{ [K in Exclude<keyof RatioLimits, 'dispersion'>]: number | undefined }> & {
  readonly dispersion?: number | 'measured' | undefined;
};

/** Where the annotation doesn't set how much failures scatter, the primary's past is measured. */
function measuredBy(own: OwnLimits | undefined): { readonly measured?: true } {
  return own?.dispersion === undefined || own.dispersion === 'measured' ? { measured: true } : {};
}

function limitsOf(preset: RatioLimits, own: OwnLimits): RatioLimits {
  return {
    tolerated: own.tolerated ?? preset.tolerated,
    unacceptable: own.unacceptable ?? preset.unacceptable,
    floor: own.floor ?? preset.floor,
    dispersion: typeof own.dispersion === 'number' ? own.dispersion : preset.dispersion,
  };
}

function unfit({ strategy, provider, routed }: Course): readonly Complaint[] {
  const none = (why: string): Complaint => ({ field: FIELD, value: strategy.kind, remedy: `${why}: remove it` });
  if (!routed) return [none(`the ${provider} provider divides no requests, so there is nothing to compare`)];
  if (strategy.kind === 'canary') return [];
  return [none('only a canary release by weights has both versions serve the same users at once')];
}

/** With a baseline, counters need selectors for it; without one, they must not have any. */
function unfitBaseline({ baseline, counts, means }: Written, { refusedBaseline }: Course): readonly Complaint[] {
  if (baseline && refusedBaseline !== undefined) {
    return [{ field: `${FIELD}.baseline`, value: baseline, remedy: refusedBaseline }];
  }
  const remedy = baseline
    ? 'it is required with baseline: fresh: name the counters of the baseline’s pods as you do the primary’s'
    : 'there is no baseline to count: remove it, or set baseline: fresh';
  const own = [
    ...counts.map((one, i) => ({ field: `counts[${i}]`, one })),
    ...means.map((one, i) => ({ field: `means[${i}]`, one })),
  ];
  return own
    .filter(({ one }) => (one.baseline === undefined) === (baseline !== undefined))
    .map(({ field, one }) => ({ field: `${FIELD}.${field}.baseline`, value: one.baseline, remedy }));
}

function contradictions({ counts, means }: Written, { rules, latency }: JudgementSettings): readonly Complaint[] {
  const built = latency ? [ERRORS, LATENCY] : [ERRORS];
  const fields = [...built, ...counts.map((_, i) => `counts[${i}]`), ...means.map((_, i) => `means[${i}]`)];
  const limits = rules.metrics.flatMap(({ name, limits: { tolerated, unacceptable } }, i) => {
    if (tolerated < unacceptable) return [];
    const field = `${FIELD}.${fields[i]}.unacceptable`;
    return [{ field, value: unacceptable, remedy: `use more than the ${tolerated} that ${name} tolerates` }];
  });
  const names = rules.metrics.map(({ name }) => name);
  const twins = names.flatMap((name, i) => {
    const isTaken = i >= built.length && ([ERRORS, LATENCY].includes(name) || names.indexOf(name) < i);
    return isTaken ? [{ field: `${FIELD}.${fields[i]}.name`, value: name, remedy: 'it is taken already' }] : [];
  });
  return [...limits, ...twins];
}

/** The metrics that the annotation replaces, and where it says so. */
function replacementsOf({ errors, latency, counts, means }: Written): readonly { field: string; value: string }[] {
  const written = [
    ...[
      { field: ERRORS, one: errors },
      { field: LATENCY, one: latency },
    ],
    ...counts.map((one, i) => ({ field: `counts[${i}]`, one })),
    ...means.map((one, i) => ({ field: `means[${i}]`, one })),
  ];
  return written.flatMap(({ field, one }) =>
    one?.replaces === undefined ? [] : [{ field: `${FIELD}.${field}.replaces`, value: one.replaces }],
  );
}

function unknownReplaced(written: Written, { metrics }: Course): readonly Complaint[] {
  const there = metrics.length === 0 ? 'it has none' : `it has ${metrics.join(', ')}`;
  return replacementsOf(written)
    .filter(({ value }) => !metrics.includes(value))
    .map((one) => ({ ...one, remedy: `name a metric of spec.analysis.metrics: ${there}` }));
}
