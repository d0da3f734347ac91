import type { Complaint } from './refusal.js';

/**
 * Settings of a Canary that Flagger doesn't have. They are annotations, since the CustomResourceDefinition is Flagger's
 * and prunes what it doesn't know; what can't be understood is refused like a field of the spec.
 */
export interface OwnSettings {
  /** Changes of the target's autoscaler become the primary's at once, instead of with a release. */
  readonly followsAutoscaler: boolean;
  /** Failed checks in a row that roll a release back; no number of them where undefined. */
  readonly consecutiveFailures: number | undefined;
  /** A Secret of the Canary's namespace with what the metrics server asks for; nothing is sent where undefined. */
  readonly metricsServerSecret: string | undefined;
}

type Annotations = Readonly<Record<string, string>>;

export type ReadOwnSettings =
  | { readonly ok: true; readonly settings: OwnSettings }
  | { readonly ok: false; readonly complaints: readonly [Complaint, ...Complaint[]] };

const AUTOSCALER_CHANGES = 'serinus.dev/autoscaler-changes';
const CONSECUTIVE_FAILURES = 'serinus.dev/consecutive-failures';
const METRICS_SERVER_SECRET = 'serinus.dev/metrics-server-secret';

/** All annotations that are read here, in a fixed order. */
export const OWN_SETTINGS: readonly string[] = [AUTOSCALER_CHANGES, CONSECUTIVE_FAILURES, METRICS_SERVER_SECRET];

/** The most characters that any of them may have: nothing that people mean is longer. */
const LONGEST = 2_000;

export function readOwnSettings(annotations: Annotations): ReadOwnSettings {
  const complaints: Complaint[] = [];
  const read = <T>(name: string, without: T, parse: (text: string) => T | Problem): T => {
    const text = annotations[name];
    if (text === undefined) return without;
    const value = text.length > LONGEST ? new Problem(`use ${LONGEST} characters at most`) : parse(text.trim());
    if (!(value instanceof Problem)) return value;
    complaints.push({ field: `metadata.annotations["${name}"]`, value: text.slice(0, 100), remedy: value.remedy });
    return without;
  };
  const settings: OwnSettings = {
    followsAutoscaler: read(AUTOSCALER_CHANGES, false, autoscalerChanges),
    consecutiveFailures: read(CONSECUTIVE_FAILURES, undefined, consecutiveFailures),
    metricsServerSecret: read(METRICS_SERVER_SECRET, undefined, objectName),
  };
  const [first, ...others] = complaints;
  return first ? { ok: false, complaints: [first, ...others] } : { ok: true, settings };
}

/** Why a text says nothing. */
class Problem {
  /** @param remedy what would be right */
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

/** The annotations with these settings in the place of their own; a setting that isn't among them goes. */
export function withOwnSettings(annotations: Annotations | undefined, settings: Annotations): Annotations {
  const others = Object.entries(annotations ?? {}).filter(([name]) => !OWN_SETTINGS.includes(name));
  return { ...Object.fromEntries(others), ...settings };
}

/** The settings as they are written down. */
export function ownSettingsIn(annotations: Annotations | undefined): Annotations {
  const given = Object.entries(annotations ?? {}).filter(([name]) => OWN_SETTINGS.includes(name));
  return Object.fromEntries(given);
}
