import type { AlertProvider } from '../crds/alert-provider.js';
import type { MetricTemplate } from '../crds/metric-template.js';
import type { CanarySpec } from '../crds/schema/canary.js';
import type { Canary, MetricSource, NamespacedRef } from '../crds/types.js';
import type { Refusal } from '../domain/findings.js';
import type { Settings } from '../settings.js';
import type { BestCase } from './duration.js';
import type { Autoscaler } from './objects/autoscaler.js';
import type { ApisixRoute } from './objects/apisix-route.js';
import type { ServiceTarget } from './objects/service.js';
import type { Target } from './objects/target.js';
import type { Finding } from './finding.js';
import type { Foreign } from './foreign.js';

/** An object that a Canary refers to, as far as it is known. */
export type Known<T> =
  | { readonly state: 'found'; readonly value: T; readonly given: boolean }
  /** It exists, but is wrong. */
  | { readonly state: 'broken'; readonly refusal: Pick<Refusal, 'field' | 'value' | 'remedy'> }
  | { readonly state: 'missing' }
  | { readonly state: 'unknown'; readonly why?: string };

/** An AlertProvider, and the fields that its spec has. */
export interface WrittenAlertProvider {
  readonly known: Known<AlertProvider>;
  readonly written: readonly string[];
}

/** The input of the rules: a valid Canary, and the known facts about the objects it refers to. */
export interface Subject {
  readonly canary: Canary;
  /** The spec without defaults: some rules distinguish missing fields. */
  readonly spec: CanarySpec;
  /** `spec.analysis.interval`, where it was raised, else undefined. */
  readonly raisedFromSeconds: number | undefined;
  readonly best: BestCase;
  readonly metricWindow: Settings['metricWindow'];
  /** Undefined where the target has no pods of its own: a Service. */
  readonly target: Known<Target> | undefined;
  /** The target, where it is a Service. */
  readonly service: Known<ServiceTarget> | undefined;
  /** Undefined where the Canary has no `autoscalerRef`. */
  readonly autoscaler: Known<Autoscaler> | undefined;
  /** Undefined where the provider isn't APISIX. */
  readonly route: Known<ApisixRoute> | undefined;
  /** By {@link templateKey}. */
  readonly templates: ReadonlyMap<string, Known<MetricTemplate>>;
  /** By {@link templateKey}. */
  readonly alertProviders: ReadonlyMap<string, WrittenAlertProvider>;
  /** Pods that serve while the target is at zero; undefined where it is unknown. */
  readonly primaryReplicas: number | undefined;
  /** A release of this Canary is under way. */
  readonly underWay: boolean;
  /** `name` of other Canaries of the namespace that release the same target. */
  readonly rivals: readonly string[];
  /** Foreign objects that would be written, or foreign pods that a selector would select. */
  readonly foreign: readonly Foreign[];
}

/** A rule: its findings about a policy, none where all is well. Pure. */
export type Lint = (subject: Subject) => readonly Finding[];

export function templateKey({ namespace, name }: NamespacedRef): string {
  return `${namespace}/${name}`;
}

/** A finding about the Canary itself. */
export function about({ canary }: Pick<Subject, 'canary'>, finding: Omit<Finding, 'object'>): Finding {
  return { ...finding, object: `Canary/${canary.name}` };
}

/** One source of a metric with its place in the spec. */
export interface PlacedSource {
  readonly metric: string;
  /** `spec.analysis.metrics[2]`. */
  readonly field: string;
  readonly source: MetricSource;
}

/** All sources of all metrics, in the order of the spec. */
export function sourcesOf({ analysis }: Canary): readonly PlacedSource[] {
  return analysis.metrics.flatMap(({ name, sources }, index) =>
    sources.map((source) => ({ metric: name, field: `spec.analysis.metrics[${index}]`, source })),
  );
}
