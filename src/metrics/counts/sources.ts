import { parseTemplate, type Constants } from '../gotemplate/template.js';
import { constantsOf, type QueryModel } from '../model.js';
import { withWordNames } from '../queries/builtin.js';
import type { Observer } from '../queries/flagger.js';

type Labels = Readonly<Record<string, string>>;

/** The side that a series counts requests of. */
export type Side = 'canary' | 'primary' | 'baseline';

/** How a traffic provider's counter of requests distinguishes sides and failures. Texts are templates. */
interface RequestSource {
  readonly counter: string;
  /** Label matchers for this Canary. */
  readonly ours: string;
  /** The label that distinguishes the versions, and regular expressions of its whole values. */
  readonly side: string;
  readonly canary: string;
  readonly primary: string;
  /** Where that label identifies a baseline: its values, and `ours` where there is one. */
  readonly baseline?: { readonly values: string; readonly ours: (ours: string) => string };
  /** The label of a request's outcome, and the outcomes that are failures. */
  readonly outcome: string;
  readonly failed: RegExp;
  /** Counters of durations, by the upper edge in the label `le`. */
  readonly durations: {
    readonly counter: string;
    /** How many of the edges' unit make a second. */
    readonly perSecond: 1 | 1000;
    /** Label matchers, if other than `ours`. */
    readonly ours?: string;
  };
  /** The values are addresses of pods: the canary's are known, all others of ours are the primary's. */
  readonly byAddress?: true;
  readonly wordNames?: true;
}

const SERVER_ERROR = /^5/;
const PODS = '-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)?';

function besidesPrimary(ours: string): string {
  return ours.replace('(-primary)?', '(-primary|-baseline)?');
}

function besidesBoth(ours: string): string {
  return ours.replace('(canary|primary)', '(canary|primary|baseline)');
}

function byWorkload(
  counter: string,
  durations: string,
  side: string,
  more: string,
  outcome: string,
  failed = SERVER_ERROR,
): RequestSource {
  return {
    counter,
    durations: { counter: durations, perSecond: 1000 },
    ours: `${side}=~"{{ target }}(-primary)?", ${more}`,
    ...{ side, canary: '{{ target }}', primary: '{{ target }}-primary' },
    baseline: { values: '{{ target }}-baseline', ours: besidesPrimary },
    ...{ outcome, failed },
  };
}

function byPod(counter: string, durations: RequestSource['durations'], outcome: string): RequestSource {
  return {
    ...{ counter, durations },
    ours: `kubernetes_namespace="{{ namespace }}", kubernetes_pod_name=~"{{ target }}(-primary)?${PODS}"`,
    side: 'kubernetes_pod_name',
    ...{ canary: `{{ target }}${PODS}`, primary: `{{ target }}-primary${PODS}` },
    baseline: { values: `{{ target }}-baseline${PODS}`, ours: besidesPrimary },
    ...{ outcome, failed: SERVER_ERROR },
  };
}

/** @param named returns the label's values for `canary`, `primary`, or for an alternative of both */
function byName(
  counter: string,
  durations: RequestSource['durations'],
  side: string,
  named: (which: string) => string,
  outcome: string,
  more = '',
): RequestSource {
  return {
    ...{ counter, durations },
    ours: `${side}=~"${named('(canary|primary)')}"${more}`,
    ...{ side, canary: named('canary'), primary: named('primary') },
    baseline: { values: named('baseline'), ours: besidesBoth },
    ...{ outcome, failed: SERVER_ERROR },
  };
}

const ENVOY = 'envoy_cluster_upstream_rq';
const ENVOY_CODE = 'envoy_response_code';
const ENVOY_TIME = { counter: 'envoy_cluster_upstream_rq_time_bucket', perSecond: 1000 } as const;
const NAME = '[0-9a-zA-Z-]+';

function skipperRoute(which: string): string {
  return `kube(ew)?_{{ namespace }}__{{ ingress }}_canary__.*__{{ service }}_${which}(_[0-9]+)?`;
}

function traefikService(which: string): string {
  return `{{ namespace }}-{{ service }}-${which}-${NAME}@kubernetescrd`;
}

/** Knative's metrics have no label that distinguishes the versions. */
const SOURCES: Readonly<Partial<Record<Observer, RequestSource>>> = {
  apisix: {
    counter: 'apisix_http_status',
    durations: {
      ...{ counter: 'apisix_http_latency_bucket', perSecond: 1000 },
      ours: 'type="request", route=~"{{ namespace }}_{{ route }}-{{ service }}-canary_.+"',
    },
    ours: 'route=~"{{ namespace }}_{{ route }}-{{ service }}-canary_.+"',
    ...{ side: 'node', canary: '', primary: '.+', outcome: 'code', failed: SERVER_ERROR, byAddress: true },
  },
  istio: byWorkload(
    'istio_requests_total',
    'istio_request_duration_milliseconds_bucket',
    'destination_workload',
    'reporter="destination", destination_workload_namespace="{{ namespace }}"',
    'response_code',
  ),
  linkerd: byWorkload(
    'response_total',
    'response_latency_ms_bucket',
    'deployment',
    'namespace="{{ namespace }}", direction="inbound"',
    'classification',
    /^failure$/,
  ),
  osm: byWorkload(
    'osm_request_total',
    'osm_request_duration_ms_bucket',
    'destination_name',
    'destination_namespace="{{ namespace }}", destination_kind="Deployment"',
    'response_code',
  ),
  appmesh: byPod(ENVOY, ENVOY_TIME, ENVOY_CODE),
  http: byPod(
    'http_request_duration_seconds_count',
    { counter: 'http_request_duration_seconds_bucket', perSecond: 1 },
    'status',
  ),
  contour: byName(
    ENVOY,
    ENVOY_TIME,
    'envoy_cluster_name',
    (which) => `{{ namespace }}_{{ service }}-${which}_${NAME}`,
    ENVOY_CODE,
  ),
  gloo: byName(
    ENVOY,
    ENVOY_TIME,
    'envoy_cluster_name',
    (which) => `{{ namespace }}-{{ service }}-${which}upstream-${NAME}_${NAME}`,
    ENVOY_CODE,
  ),
  kuma: byName(
    ENVOY,
    ENVOY_TIME,
    'service',
    (which) => `{{ service }}-${which}_{{ namespace }}_svc_${NAME}`,
    ENVOY_CODE,
  ),
  nginx: {
    counter: 'nginx_ingress_controller_requests',
    durations: { counter: 'nginx_ingress_controller_response_duration_seconds_bucket', perSecond: 1 },
    ours: 'namespace="{{ namespace }}", ingress="{{ ingress }}"',
    ...{ side: 'canary', canary: '.+', primary: '', outcome: 'status', failed: SERVER_ERROR },
  },
  skipper: {
    ...byName(
      'skipper_response_duration_seconds_bucket',
      {
        ...{ counter: 'skipper_serve_route_duration_seconds_bucket', perSecond: 1 },
        ours: `route=~"${skipperRoute('(canary|primary)')}"`,
      },
      'route',
      skipperRoute,
      'code',
      ', le="+Inf"',
    ),
    wordNames: true,
  },
  traefik: byName(
    'traefik_service_request_duration_seconds_bucket',
    {
      ...{ counter: 'traefik_service_request_duration_seconds_bucket', perSecond: 1 },
      ours: `service=~"${traefikService('(canary|primary)')}"`,
    },
    'service',
    traefikService,
    'code',
    ', le="+Inf"',
  ),
};

/** What to read, and the side of each resulting series. */
export interface CountQuery {
  /** A PromQL selector of counters. */
  readonly selector: string;
  /** Undefined where a series belongs to neither version. */
  readonly sideOf: (labels: Labels) => Side | undefined;
  readonly isFailure: (labels: Labels) => boolean;
}

/** The same for durations. */
export interface DurationQuery extends Pick<CountQuery, 'selector' | 'sideOf'> {
  /** How many of the edges' unit make a second. */
  readonly perSecond: number;
  /** The edge of a series, in seconds; Infinity for all requests, undefined where it is no bucket. */
  readonly edgeOf: (labels: Labels) => number | undefined;
}

/** Whether requests of both versions can be counted separately. */
export function canCountRequests(observer: Observer): boolean {
  return SOURCES[observer] !== undefined;
}

/** Addresses of pods, read only where they distinguish the sides. */
export interface CountedPods {
  readonly canary: () => Promise<readonly string[]>;
  /** Undefined where the canary is compared with the primary. */
  readonly baseline?: (() => Promise<readonly string[]>) | undefined;
}

/**
 * The counters of requests, for both versions and all outcomes at once.
 *
 * @returns undefined where the traffic provider's metrics don't distinguish the versions
 */
export async function requestCounts(
  observer: Observer,
  model: QueryModel,
  pods: CountedPods,
): Promise<(CountQuery & { readonly durations: DurationQuery }) | undefined> {
  const source = SOURCES[observer];
  if (!source) return undefined;
  const constants = constantsOf(source.wordNames ? withWordNames(model) : model);
  const renderWith = (names: typeof constants) => (template: string) =>
    parseTemplate(template, Object.keys(names)).render(names);
  const render = renderWith(constants);
  const renderLiterally = renderWith(literally(constants));
  const whole = (template: string) => new RegExp(`^(?:${renderLiterally(template)})$`);
  const known = source.byAddress && new Set((await pods.canary()).map(bare));
  const beside = new Set(((known && (await pods.baseline?.())) ?? []).map(bare));
  const [canary, primary] = [whole(source.canary), whole(source.primary)];
  const baseline = pods.baseline && source.baseline;
  const ofBaseline = baseline && whole(baseline.values);
  const ofAll = (ours: string) => render(baseline ? baseline.ours(ours) : ours);
  const sideOf: CountQuery['sideOf'] = (labels) => {
    const value = labels[source.side] ?? '';
    if (known && value === '') return undefined;
    if (known) return known.has(bare(value)) ? 'canary' : beside.has(bare(value)) ? 'baseline' : 'primary';
    // The others' names consist of the canary's and a suffix.
    if (ofBaseline?.test(value)) return 'baseline';
    if (primary.test(value)) return 'primary';
    return canary.test(value) ? 'canary' : undefined;
  };
  const { counter, ours = source.ours, perSecond } = source.durations;
  return {
    selector: `${source.counter}{${ofAll(source.ours)}}`,
    sideOf,
    isFailure: (labels) => source.failed.test(labels[source.outcome] ?? ''),
    durations: {
      selector: `${counter}{${ofAll(ours)}}`,
      sideOf,
      perSecond,
      edgeOf: ({ le = '' }) => (le === '' || Number.isNaN(edgeIn(le)) ? undefined : edgeIn(le) / perSecond),
    },
  };
}

/** Escapes names for a regular expression: the dot of `shop.v2` matches no other character. */
function literally(constants: Constants): Constants {
  const escaped = Object.entries(constants).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : value,
  ]);
  return Object.fromEntries(escaped) as Constants;
}

function edgeIn(le: string): number {
  return le === '+Inf' ? Infinity : Number(le);
}

/** IPv6 addresses come with or without brackets. */
function bare(address: string): string {
  return address.replace(/^\[|\]$/g, '');
}
