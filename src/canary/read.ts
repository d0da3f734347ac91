import { APPROVALS_ANNOTATION, withApprovals } from '../crds/approvals.js';
import type { Canary } from '../crds/canary.js';
import { parseCanary } from '../crds/canary.js';
import { parseOptionsOf } from '../settings.js';
import type { Parsed } from '../crds/refusal.js';
import { ownSettingsIn, withOwnSettings } from '../crds/own-settings.js';
import type { Refusal } from '../domain/findings.js';
import type { CanaryKey } from '../domain/identity.js';
import { jsonIn } from '../domain/json.js';
import { UserError } from '../errors.js';
import { spending } from '../fair-share.js';
import type { LeaseView } from '../kubernetes/lease-object.js';
import type { KubeObject } from '../kube/object.js';
import { CANARIES } from '../kube/object.js';
import type { Router } from '../routers/port.js';
import { routerFor } from '../routers/registry.js';
import type { Workload } from '../workloads/port.js';
import { workloadFor } from '../workloads/registry.js';
import type { Reading } from './reading.js';

export type { Reading } from './reading.js';

/** A Canary as it is in the cluster, and parsed. */
export interface CanaryView {
  readonly object: KubeObject;
  /** From the present spec, or where that is invalid from the last valid one; undefined where there never was one. */
  readonly canary: Canary | undefined;
  /** What is wrong with the present spec. */
  readonly refusal: Refusal | undefined;
  readonly lease: LeaseView | undefined;
}

/** @returns undefined where the Canary doesn't exist */
export async function readCanary(deps: Reading, key: CanaryKey, fresh = false): Promise<CanaryView | undefined> {
  const object = await (fresh
    ? deps.cache.freshest(CANARIES, key.namespace, key.name)
    : deps.cache.get(CANARIES, key.namespace, key.name));
  if (!object) return undefined;
  const lease = await deps.leases.view(key.namespace, key.name);
  const parsed = parsedCanary(deps, object);
  if (parsed.ok) return { object, canary: parsed.value, refusal: undefined, lease };
  return { object, canary: lastValid(deps, object, lease), refusal: parsed.refusal, lease };
}

/** A release under way continues with the last valid spec, which its Lease holds. */
function lastValid(deps: Reading, object: KubeObject, lease: LeaseView | undefined): Canary | undefined {
  if (lease?.spec === undefined) return undefined;
  const { spec: text } = lease;
  const { uid, resourceVersion } = object.metadata;
  const once = uid === undefined || resourceVersion === undefined ? undefined : `${resourceVersion} ${text}`;
  const parsed = readOnce(deps, { key: `kept ${uid}`, version: once, whose: ownerOf(object) }, () => {
    const { generation, spec, approvals, own = {} } = keptIn(text);
    const annotations = withOwnSettings(withApprovals(object.metadata.annotations, approvals), own);
    const metadata = { ...object.metadata, generation, annotations };
    return parseCanary({ ...object, metadata, spec }, parseOptionsOf(deps.settings));
  });
  return parsed.ok ? parsed.value : undefined;
}

/**
 * A Canary as {@link parseCanary} reads it. A process parses each version once, for any number of callers: the cost of
 * one Canary must not grow with the others.
 */
export function parsedCanary(deps: Pick<Reading, 'settings'>, object: KubeObject): Parsed<Canary> {
  const { uid, resourceVersion } = object.metadata;
  const version = uid === undefined ? undefined : resourceVersion;
  return readOnce(deps, { key: uid ?? '', version, whose: ownerOf(object) }, () =>
    parseCanary(object, parseOptionsOf(deps.settings)),
  );
}

/** The owner that a {@link FairShare} charges. */
function ownerOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** By the settings that they were parsed with: the meaning of a spec depends on them. */
const READ = new WeakMap<
  Reading['settings'],
  Map<string, { readonly version: string; readonly parsed: Parsed<Canary> }>
>();
/** More Canaries than a cluster has; the least recent are parsed again. */
const MOST_READ = 5_000;

/** A text that is parsed once per version. */
interface Versioned {
  readonly key: string;
  /** Always parsed where undefined. */
  readonly version: string | undefined;
  /** The owner that is charged. */
  readonly whose: string;
}

function readOnce(
  { settings }: Pick<Reading, 'settings'>,
  { key, version, whose }: Versioned,
  read: () => Parsed<Canary>,
): Parsed<Canary> {
  if (version === undefined) return spending(read, whose);
  const known = READ.get(settings) ?? new Map<string, { version: string; parsed: Parsed<Canary> }>();
  READ.set(settings, known);
  const last = known.get(key);
  if (last?.version === version) return last.parsed;
  const parsed = spending(read, whose);
  known.delete(key);
  known.set(key, { version, parsed });
  const [oldest] = known.keys();
  if (known.size > MOST_READ && oldest !== undefined) known.delete(oldest);
  return parsed;
}

/** Anyone with write access to Leases may have damaged it: then there is no valid spec, as if there never was one. */
function keptIn(text: string): KeptSpec {
  const { generation, spec, approvals, own } = (jsonIn(text) ?? {}) as { readonly [field in keyof KeptSpec]?: unknown };
  return {
    generation: typeof generation === 'number' ? generation : 0,
    spec,
    ...(typeof approvals === 'string' ? { approvals } : {}),
    ...(typeof own === 'object' && own !== null ? { own: texts(own) } : {}),
  };
}

function texts(own: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(own).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** What the Lease keeps of a valid Canary. */
interface KeptSpec {
  readonly generation: number;
  readonly spec: unknown;
  /** The approvals annotation, if there was one. */
  readonly approvals?: string | undefined;
  /** The Canary's own settings, by annotation. */
  readonly own?: Readonly<Record<string, string>>;
}

/** JSON of what the Lease keeps. */
export function keptSpec(view: CanaryView): string | undefined {
  if (view.refusal || !view.canary) return undefined;
  const { metadata } = view.object;
  const approvals = metadata.annotations?.[APPROVALS_ANNOTATION];
  const own = ownSettingsIn(metadata.annotations);
  const kept: KeptSpec = {
    generation: metadata.generation ?? 0,
    spec: view.object['spec'],
    approvals,
    ...(Object.keys(own).length === 0 ? {} : { own }),
  };
  return JSON.stringify(kept);
}

/** The Canary with everything needed to work on it. */
export interface CanaryContext {
  readonly object: KubeObject;
  readonly canary: Canary;
  readonly router: Router;
  readonly workload: Workload;
}

/** The cached target and primary, for reports that need nothing more. */
export async function workloadsOf(
  deps: Reading,
  { namespace, targetRef }: Pick<Canary, 'namespace' | 'targetRef'>,
): Promise<{ readonly target: KubeObject | undefined; readonly primary: KubeObject | undefined }> {
  const { type } = workloadFor(deps.workloads, targetRef.kind);
  const [target, primary] = await Promise.all([
    deps.cache.get(type, namespace, targetRef.name),
    deps.cache.get(type, namespace, targetRef.primaryName),
  ]);
  return { target, primary };
}

/** @throws UserError where the Canary can't be worked on */
export function canaryContext(deps: Reading, view: CanaryView): CanaryContext {
  if (!view.canary)
    throw new UserError(
      view.refusal ? `${view.refusal.field}: ${view.refusal.remedy}` : 'the Canary has no valid spec',
    );
  return {
    object: view.object,
    canary: view.canary,
    router: routerFor(deps.routers, view.canary.provider),
    workload: workloadFor(deps.workloads, view.canary.targetRef.kind),
  };
}
