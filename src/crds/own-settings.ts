import type { Complaint } from './refusal.js';
import { isOwnRoute } from './traffic.js';

/**
 * Settings of a Canary that Flagger doesn't have. They are annotations, since the CustomResourceDefinition is Flagger's
 * and prunes unknown fields; an invalid one is refused like a field of the spec.
 */
export interface OwnSettings {
  /** Changes of the target's autoscaler become the primary's at once, instead of with a release. */
  readonly followsAutoscaler: boolean;
  /** Failed checks in a row that roll a release back; not counted where undefined. */
  readonly consecutiveFailures: number | undefined;
  /** Further Ingresses, or routes, that are treated like the one that the Canary refers to. */
  readonly moreSources: readonly string[];
  /** A Secret of the Canary's namespace with credentials for the metrics server; nothing is sent where undefined. */
  readonly metricsServerSecret: string | undefined;
}

type Annotations = Readonly<Record<string, string>>;

export type ReadOwnSettings =
  | { readonly ok: true; readonly settings: OwnSettings }
  | { readonly ok: false; readonly complaints: readonly [Complaint, ...Complaint[]] };

const AUTOSCALER_CHANGES = 'serinus.dev/autoscaler-changes';
const CONSECUTIVE_FAILURES = 'serinus.dev/consecutive-failures';
const MORE_INGRESSES = 'serinus.dev/more-ingresses';
const MORE_ROUTES = 'serinus.dev/more-routes';
const METRICS_SERVER_SECRET = 'serinus.dev/metrics-server-secret';
/**
 * The judgement of a release by statistics, as YAML. `judgement.ts` parses it; like the others it is read, and kept for
 * a release under way.
 */
export const JUDGEMENT_ANNOTATION = 'serinus.dev/judgement';

/** All of them, in a fixed order; the judgement is parsed elsewhere. */
export const OWN_SETTINGS: readonly string[] = [
  AUTOSCALER_CHANGES,
  CONSECUTIVE_FAILURES,
  METRICS_SERVER_SECRET,
  MORE_INGRESSES,
  MORE_ROUTES,
  JUDGEMENT_ANNOTATION,
];

/** The most characters of any of them: no real value is longer. */
export const LONGEST_SETTING = 2_000;

/**
 * @param provider of the Canary's traffic
 * @param routeRef of its spec
 */
export function readOwnSettings(
  annotations: Annotations,
  provider: string,
  routeRef: { readonly kind: string } | undefined,
): ReadOwnSettings {
  const complaints: Complaint[] = [];
  const read = <T>(name: string, without: T, parse: (text: string) => T | Problem): T => {
    const text = annotations[name];
    if (text === undefined) return without;
    const value =
      text.length > LONGEST_SETTING ? new Problem(`use ${LONGEST_SETTING} characters at most`) : parse(text.trim());
    if (!(value instanceof Problem)) return value;
    complaints.push({ field: `metadata.annotations["${name}"]`, value: text.slice(0, 100), remedy: value.remedy });
    return without;
  };
  const settings: OwnSettings = {
    followsAutoscaler: read(AUTOSCALER_CHANGES, false, autoscalerChanges),
    consecutiveFailures: read(CONSECUTIVE_FAILURES, undefined, consecutiveFailures),
    moreSources: [
      ...read(MORE_INGRESSES, [], namesFor(provider, BY_INGRESS.includes(provider), BY_INGRESS)),
      ...read(MORE_ROUTES, [], namesFor(provider, provider === 'apisix' || isOwnRoute(provider, routeRef), BY_ROUTE)),
    ],
    metricsServerSecret: read(METRICS_SERVER_SECRET, undefined, objectName),
  };
  const [first, ...others] = complaints;
  return first ? { ok: false, complaints: [first, ...others] } : { ok: true, settings };
}

/** Why a text is invalid. */
class Problem {
  /** @param remedy a description of valid values */
  constructor(readonly remedy: string) {}
}

function autoscalerChanges(text: string): boolean | Problem {
  if (text === 'at-once') return true;
  return text === 'with-release' ? false : new Problem('use at-once or with-release');
}

function consecutiveFailures(text: string): number | Problem {
  return /^[1-9]\d{0,2}$/.test(text) ? Number(text) : new Problem('use a whole number from 1 to 999');
}

function objectName(text: string): string | Problem {
  const fits = text.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text);
  return fits ? text : new Problem('use the name of an object in the namespace of the Canary');
}

/** Providers that use the users' objects. */
const BY_INGRESS: readonly string[] = ['nginx', 'skipper'];
const BY_ROUTE: readonly string[] = ['apisix', 'gatewayapi with an HTTPRoute as spec.routeRef'];
const MOST_SOURCES = 20;

function namesFor(
  provider: string,
  isUsed: boolean,
  having: readonly string[],
): (text: string) => readonly string[] | Problem {
  return (text) => {
    if (!isUsed) {
      return new Problem(`the ${provider} provider has no use for it, only ${having.join(' and ')}: remove it`);
    }
    const names = text.split(',').map((name) => objectName(name.trim()));
    const wrong = names.find((name) => name instanceof Problem);
    if (wrong) return new Problem('use names of objects in the namespace of the Canary, separated by commas');
    if (names.length > MOST_SOURCES) return new Problem(`name ${MOST_SOURCES} at most`);
    return names.filter((name) => typeof name === 'string');
  };
}

/** The annotations with their own settings replaced by these; other settings are removed. */
export function withOwnSettings(annotations: Annotations | undefined, settings: Annotations): Annotations {
  const others = Object.entries(annotations ?? {}).filter(([name]) => !OWN_SETTINGS.includes(name));
  return { ...Object.fromEntries(others), ...settings };
}

/** The settings as they are written down. */
export function ownSettingsIn(annotations: Annotations | undefined): Annotations {
  const given = Object.entries(annotations ?? {}).filter(([name]) => OWN_SETTINGS.includes(name));
  return Object.fromEntries(given);
}
