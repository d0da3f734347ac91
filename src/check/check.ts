import { parseCanary, refusalsOf, type Canary, type ParseOptions } from '../crds/canary.js';
import type { Support } from '../crds/support.js';
import { ALERT_PROVIDERS, METRIC_TEMPLATES, type KubeObject } from '../kube/object.js';
import type { Settings } from '../settings.js';
import { subjectOf } from './collect.js';
import type { BestCase } from './duration.js';
import { bySeverity, invalid, type Finding } from './finding.js';
import { lint } from './lints/all.js';
import { unknownIn } from './lints/fields.js';
import { askMetrics, type LiveOptions } from './live/live.js';
import type { LiveMetric } from './live/metric.js';
import { findingsOf } from './live/findings.js';
import type { Manifests } from './manifest.js';
import { ObjectLookup, type ClusterReader } from './object-lookup.js';

/** What a check found out about a Canary. */
export interface Report {
  readonly name: string;
  readonly namespace: string;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** How long a release takes at best; undefined where the Canary isn't valid. */
  readonly best: BestCase | undefined;
  /** What the metrics say now; undefined where they weren't asked. */
  readonly metrics: readonly LiveMetric[] | undefined;
}

/** The settings of Serinus that a policy means something by. */
export type CheckSettings = Pick<
  Settings,
  'meshProvider' | 'metricsServer' | 'minIntervalSeconds' | 'builtinQueries' | 'metricWindow' | 'noCrossNamespaceRefs'
>;

export interface CheckOptions {
  /** How the Serinus is run that is to carry the policy out. */
  readonly settings: CheckSettings;
  /** What is built; this version's own table where undefined. */
  readonly support?: Support;
  /** Where to look for what isn't in the manifests; nowhere where undefined. */
  readonly cluster?: ClusterReader | undefined;
  /** Ask the metrics too; needs a cluster. */
  readonly live?: Omit<LiveOptions, 'settings'> | undefined;
}

/**
 * Checks every Canary among the manifests, with the other objects in there and in the cluster. Only reads.
 *
 * @throws UserError where there is no Canary among them
 * @throws TransientError, KubeError where the cluster can't be read
 */
export async function check(manifests: Manifests, options: CheckOptions): Promise<readonly Report[]> {
  manifests.demandCanary();
  const lookup = new ObjectLookup(manifests, options.cluster);
  const reports: Report[] = [];
  for (const object of manifests.canaries) reports.push(await reportOn(object, manifests, lookup, options));
  return reports;
}

async function reportOn(
  object: KubeObject,
  manifests: Manifests,
  lookup: ObjectLookup,
  options: CheckOptions,
): Promise<Report> {
  const { name, namespace = 'default' } = object.metadata;
  const parsed = parseCanary(object, parseOptions(options));
  if (!parsed.ok) {
    const refusals = refusalsOf(object, parseOptions(options)).map((refusal) => invalid(`Canary/${name}`, refusal));
    // What is missing may stand under another name.
    const findings = bySeverity([...refusals, ...unknownIn(object)]);
    return { name, namespace, findings, best: undefined, metrics: undefined };
  }
  const { settings, live } = options;
  const subject = await subjectOf(parsed.value, object, manifests, lookup, settings, parseOptions(options));
  const metrics = live && (await askMetrics(subject, lookup, { ...live, settings }));
  const linted = lint(subject);
  const unknown = [object, ...givenFor(parsed.value, manifests)].flatMap(unknownIn);
  const findings = [...unknown, ...linted, ...(metrics ? findingsOf(subject, metrics, linted) : [])];
  return { name, namespace, findings: bySeverity(findings), best: subject.best, metrics };
}

/** Objects of ours in the file that the Canary refers to. */
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
  return {
    defaultProvider: settings.meshProvider,
    defaultMetricsServer: settings.metricsServer,
    minIntervalSeconds: settings.minIntervalSeconds,
    noCrossNamespaceRefs: settings.noCrossNamespaceRefs,
    ...(support ? { support } : {}),
  };
}
