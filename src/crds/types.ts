import type { z } from 'zod';
import type { ApprovalPolicy } from '../domain/approvals/rules.js';
import type { Severity } from '../domain/notices/notice.js';
import type { Phase } from '../domain/phases.js';
import type { HookType, Strategy } from '../domain/policy.js';
import type { JudgementSettings } from './judgement.js';
import type { OwnSettings } from './own-settings.js';
import type { sessionAffinitySchema } from './schema/analysis.js';
import type { BuiltinMetric } from './schema/checks.js';
import type { Duration } from './schema/fields.js';
import type { audienceSchema } from './schema/http-match.js';
import type { AutoscalerKind, TargetKind } from './schema/references.js';
import type { serviceSchema } from './schema/service.js';
import type { conditionSchema } from './schema/status.js';

/**
 * A Canary for the rest of Serinus: valid, complete, with all defaults filled in, and frozen. Names are those of the
 * spec; derived values (names of generated objects) are beside the field that they derive from.
 */
export interface Canary {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
  /** When it was marked for deletion; undefined while it isn't. */
  readonly deletionTimestamp: string | undefined;
  /** For the objects generated for this Canary. */
  readonly owner: CanaryOwner;
  readonly provider: string;
  /** URL of the Prometheus for built-in checks and inline queries. */
  readonly metricsServer: string;
  readonly progressDeadlineSeconds: number;
  readonly targetRef: TargetRef;
  readonly autoscalerRef: AutoscalerRef | undefined;
  readonly ingressRef: ObjectRef | undefined;
  readonly routeRef: ObjectRef | undefined;
  readonly upstreamRef: (ObjectRef & { readonly namespace: string }) | undefined;
  readonly service: CanaryService;
  readonly skipAnalysis: boolean;
  readonly revertOnDeletion: boolean;
  readonly suspend: boolean;
  readonly analysis: Analysis;
  /** Who must approve what, by annotation; no approvals where undefined. */
  readonly approvals: ApprovalPolicy | undefined;
  /** Settings that Flagger has no fields for, by annotation. */
  readonly own: OwnSettings;
  /** How statistics judge releases, in addition to their metrics; not at all where undefined. */
  readonly judgement: JudgementSettings | undefined;
  /** Fields without effect, in words for events. */
  readonly unused: readonly string[];
  readonly status: CanaryStatus;
}

/** An owner reference to the Canary. */
export interface CanaryOwner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: true;
  readonly blockOwnerDeletion: true;
}

/** An object in the namespace of the Canary. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

export interface TargetRef extends ObjectRef {
  readonly kind: TargetKind;
  /** `<name>-primary`: the workload that serves the promoted version. */
  readonly primaryName: string;
}

export interface AutoscalerRef extends ObjectRef {
  readonly kind: AutoscalerKind;
  readonly primaryScalerQueries: Readonly<Record<string, string>>;
  /** Bounds of the primary's autoscaler; undefined means the target's bounds. */
  readonly primaryScalerReplicas: {
    readonly minReplicas: number | undefined;
    readonly maxReplicas: number | undefined;
  };
}

type ServiceSpec = DeepReadonly<z.output<typeof serviceSchema>>;

/** The three Services. Fields that only some traffic providers use are as the user wrote them. */
export interface CanaryService extends Omit<ServiceSpec, ServiceDefaults> {
  /** The apex: `service.name`, or the target's name. */
  readonly name: string;
  /** `<name>-primary`. */
  readonly primaryName: string;
  /** `<name>-canary`. */
  readonly canaryName: string;
  readonly port: number;
  readonly portName: string;
  /** The spec names the port. */
  readonly namesPort: boolean;
  readonly targetPort: number | string;
  readonly portDiscovery: boolean;
  readonly headless: boolean;
  readonly delegation: boolean;
  readonly hosts: readonly string[];
  readonly gateways: readonly string[];
  readonly backends: readonly string[];
  readonly apex: CustomMetadata;
  readonly primary: CustomMetadata;
  readonly canary: CustomMetadata;
  /** Keys on the three Services to leave alone. */
  readonly unmanagedMetadata: { readonly annotations: readonly string[]; readonly labels: readonly string[] };
}

type ServiceDefaults =
  | 'name'
  | 'portName'
  | 'targetPort'
  | 'portDiscovery'
  | 'headless'
  | 'delegation'
  | 'hosts'
  | 'gateways'
  | 'backends'
  | 'apex'
  | 'primary'
  | 'canary'
  | 'unmanagedMetadata';

export interface CustomMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Analysis {
  readonly intervalSeconds: number;
  /** Failed checks that roll the release back; at least 1. */
  readonly threshold: number;
  readonly strategy: Strategy;
  /** Parts of the spec that the strategy ignores, in words for events. */
  readonly notices: readonly string[];
  /** Checks of an A/B test or a Blue/Green release; 0 where weights grow instead. */
  readonly iterations: number;
  /** The requests that are for the canary in an A/B test; empty where any request may meet it. */
  readonly match: readonly Audience[];
  readonly mirror: boolean;
  /** Percent of requests that are copied while mirroring; 100 where the spec sets none. */
  readonly mirrorWeight: number;
  readonly sessionAffinity: SessionAffinity | undefined;
  /** Percent of updated pods that must be available. */
  readonly primaryReadyThreshold: number;
  readonly canaryReadyThreshold: number;
  readonly metrics: readonly Metric[];
  readonly webhooks: readonly Webhook[];
  readonly alerts: readonly AlertRule[];
}

/** One entry of `analysis.match`: a request must meet all its parts. */
export type Audience = DeepReadonly<z.output<typeof audienceSchema>>;

/** A cookie that keeps a client that has met the canary there. Ages are in seconds. */
export type SessionAffinity = DeepReadonly<z.output<typeof sessionAffinitySchema>>;

/** One entry of `analysis.metrics`. Each of its sources is checked; there is at least one. */
export interface Metric {
  readonly name: string;
  readonly sources: readonly MetricSource[];
}

/** The source of the value, the query's `{{ interval }}`, and the range of values that pass, bounds included. */
export type MetricSource =
  | { readonly kind: 'builtin'; readonly builtin: BuiltinMetric; readonly interval: Duration; readonly range: Range }
  | { readonly kind: 'query'; readonly query: string; readonly interval: Duration; readonly range: Range }
  | {
      readonly kind: 'template';
      readonly templateRef: NamespacedRef;
      /** Undefined renders as nothing: templates have no default. */
      readonly interval: Duration | undefined;
      readonly variables: Readonly<Record<string, string>>;
      readonly range: Range;
    };

/** Of `request-success-rate` in percent, of `request-duration` in whole milliseconds. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
}

export interface NamespacedRef {
  readonly name: string;
  readonly namespace: string;
}

export interface Webhook {
  readonly name: string;
  readonly type: HookType;
  readonly url: string;
  readonly timeoutSeconds: number;
  /** Further attempts after the first. */
  readonly retries: number;
  readonly muteAlert: boolean;
  readonly disableTLS: boolean;
  /** Undefined where the spec has none: the payload has none then either. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

/** Who is notified of the release. */
export interface AlertRule {
  readonly name: string;
  /** The least severity that is sent; nothing is sent where undefined. */
  readonly severity: Severity | undefined;
  /** The AlertProvider. */
  readonly providerRef: NamespacedRef;
}

export interface CanaryStatus {
  readonly phase: Phase;
  readonly failedChecks: number;
  readonly canaryWeight: number;
  readonly iterations: number;
  readonly trackedConfigs: Readonly<Record<string, string>>;
  readonly lastAppliedSpec: string;
  readonly lastPromotedSpec: string;
  readonly lastTransitionTime: string | undefined;
  readonly sessionAffinityCookie: string;
  readonly primarySessionAffinityCookie: string;
  readonly previousSessionAffinityCookie: string;
  readonly conditions: readonly Condition[];
}

export type Condition = Readonly<z.output<typeof conditionSchema>>;

/** As `T`, all the way down. */
export type DeepReadonly<T> = T extends readonly (infer Entry)[]
  ? readonly DeepReadonly<Entry>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
