import { parseCanary, refusalsOf, type Canary, type ParseOptions } from '../crds/canary.js';
import type { Support } from '../crds/support.js';
import { ALERT_PROVIDERS, METRIC_TEMPLATES, type KubeObject } from '../kube/object.js';
import { DEFAULT_SETTINGS, parseOptionsOf, type Settings } from '../settings.js';
import { subjectOf } from './collect.js';
import type { BestCase } from './duration.js';
import { forecastOf, type Forecast, type PresentTraffic } from './forecast.js';
import { bySeverity, invalid, type Finding } from './finding.js';
import { lint } from './lints/all.js';
import { unknownIn } from './lints/fields.js';
import { askMetrics, trafficNow, type LiveOptions } from './live/live.js';
import type { LiveMetric } from './live/metric.js';
import { findingsOf } from './live/findings.js';
import type { Manifests } from './manifest.js';
import type { ObjectSettings } from './object-settings.js';
import type { Subject } from './subject.js';
import { ObjectLookup, type ClusterReader } from './object-lookup.js';
import { findingsIn } from './rehearsal/findings.js';
import { rehearse, type Rehearsed } from './rehearsal/rehearse.js';
import type { Understudy } from './rehearsal/stage-client.js';

/** The result of a check of one Canary. */
export interface Report {
  readonly name: string;
  readonly namespace: string;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** The shortest duration of a release; undefined where the Canary is invalid. */
  readonly best: BestCase | undefined;
  /** Present values of the metrics; undefined where they weren't queried. */
  readonly metrics: readonly LiveMetric[] | undefined;
  /** The expected evidence; undefined where the Canary has no judgement, or its traffic is unknown. */
  readonly forecast?: Forecast | { readonly unknown: string } | undefined;
}

/** The settings of Serinus that affect a policy. */
export type CheckSettings = Pick<
  Settings,
  'meshProvider' | 'metricsServer' | 'minIntervalSeconds' | 'builtinQueries' | 'metricWindow' | 'noCrossNamespaceRefs'
> &
  Partial<ObjectSettings & Pick<Settings, 'judgement'>>;

export interface CheckOptions {
  /** The settings of the Serinus that will carry the policy out. */
  readonly settings: CheckSettings;
  /** What this version supports; its own table where undefined. */
  readonly support?: Support;
  /** Where to look for objects that aren't in the manifests; nowhere where undefined. */
  readonly cluster?: ClusterReader | undefined;
  /** Makes the API server check a release's writes; needs a cluster. */
  readonly understudy?: Understudy | undefined;
  /** Queries the metrics, too; needs a cluster. */
  readonly live?: Omit<LiveOptions, 'settings'> | undefined;
  /** The traffic for the forecast; where undefined, the measured one, if metrics are queried. */
  readonly traffic?: Omit<PresentTraffic, 'from'> | undefined;
}

/** A rehearsal takes about thirty requests: with more Canaries than this none is rehearsed, and the report says so. */
const MOST_REHEARSED = 20;
const TOO_MANY: Rehearsed = {
  refused: [],
  problems: [],
  unheard: [`${MOST_REHEARSED} Canaries are rehearsed at once, and this is one more`],
};

/**
 * Checks every Canary in the manifests, together with the other objects there and in the cluster. Stores nothing.
 *
 * @throws UserError where there is no Canary among them
 * @throws TransientError, KubeError where the cluster can't be read
 */
export async function check(manifests: Manifests, options: CheckOptions): Promise<readonly Report[]> {
  manifests.demandCanary();
  const lookup = new ObjectLookup(manifests, options.cluster);
  const reports: Report[] = [];
  for (const [index, object] of manifests.canaries.entries()) {
    const isRehearsed = index < MOST_REHEARSED;
    reports.push(await reportOn(object, manifests, lookup, options, isRehearsed));
  }
  return reports;
}

async function reportOn(
  object: KubeObject,
  manifests: Manifests,
  lookup: ObjectLookup,
  options: CheckOptions,
  isRehearsed: boolean,
): Promise<Report> {
  const { name, namespace = 'default' } = object.metadata;
  const parsed = parseCanary(object, parseOptions(options));
  if (!parsed.ok) {
    const refusals = refusalsOf(object, parseOptions(options)).map((refusal) => invalid(`Canary/${name}`, refusal));
    // A missing object may exist under another name.
    const findings = bySeverity([...refusals, ...unknownIn(object)]);
    return { name, namespace, findings, best: undefined, metrics: undefined };
  }
  const { settings, live } = options;
  const subject = await subjectOf(parsed.value, object, manifests, lookup, settings, parseOptions(options));
  const metrics = live && (await askMetrics(subject, lookup, { ...live, settings }));
  const linted = lint(subject);
  const unknown = [object, ...givenFor(parsed.value, manifests)].flatMap(unknownIn);
  const written = await rehearsed(object, lookup, options, linted, isRehearsed);
  const findings = [...unknown, ...linted, ...written, ...(metrics ? findingsOf(subject, metrics, linted) : [])];
  const forecast = await forecastFor(subject, options);
  return { name, namespace, findings: bySeverity(findings), best: subject.best, metrics, forecast };
}

async function forecastFor(subject: Subject, { traffic, live, settings }: CheckOptions): Promise<Report['forecast']> {
  const { canary } = subject;
  if (!canary.judgement) return undefined;
  if (traffic) return forecastOf(canary, { ...traffic, from: 'given' });
  if (!live) return undefined;
  const measured = await trafficNow(subject, settings);
  return 'unknown' in measured ? measured : forecastOf(canary, measured);
}

async function rehearsed(
  object: KubeObject,
  lookup: ObjectLookup,
  options: CheckOptions,
  linted: readonly Finding[],
  isRehearsed: boolean,
): Promise<readonly Finding[]> {
  const { settings, understudy } = options;
  if (!understudy) return [];
  const whole = { ...DEFAULT_SETTINGS, ...settings };
  const found = isRehearsed ? await rehearse(object, lookup, understudy, whole, parseOptions(options)) : TOO_MANY;
  return findingsIn(object.metadata.name, found, linted);
}

/** Objects of our kinds in the file that the Canary refers to. */
function givenFor({ analysis }: Canary, manifests: Manifests): readonly KubeObject[] {
  const templates = analysis.metrics.flatMap(({ sources }) =>
    sources.flatMap((source) => (source.kind === 'template' ? [source.templateRef] : [])),
  );
  const found = [
    ...templates.map(({ namespace, name }) => manifests.find(METRIC_TEMPLATES, namespace, name)),
    ...analysis.alerts.map(({ providerRef }) =>
      manifests.find(ALERT_PROVIDERS, providerRef.namespace, providerRef.name),
    ),
  ];
  return [...new Set(found.filter((object) => object !== undefined))];
}

function parseOptions({ settings, support }: CheckOptions): ParseOptions {
  return { ...parseOptionsOf(settings), ...(support ? { support } : {}) };
}
