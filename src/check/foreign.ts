import { parseCanary, type Canary, type ParseOptions } from '../crds/canary.js';
import { ForeignError, UserError } from '../errors.js';
import { KubeError } from '../kube/kube-error.js';
import { DAEMON_SETS, DEPLOYMENTS, titleOf, type KubeObject, type ResourceType } from '../kube/object.js';
import {
  configReferences,
  copyName,
  ownCopyName,
  type ConfigReference,
} from '../kubernetes/objects/config-references.js';
import {
  contested,
  controllerOf,
  foreignMessage,
  isCanary,
  isFree,
  type OwnedObject,
} from '../kubernetes/ownership.js';
import { ownedRoutes } from '../routers/registry.js';
import { DEFAULT_SETTINGS } from '../settings.js';
import { configType, isTracked } from '../workloads/configs/checksums.js';
import { previousName } from '../workloads/configs/former-copies.js';
import { ownedByTarget } from '../workloads/registry.js';
import { asPodController } from '../workloads/shared/pod-controller.js';
import type { Selector } from '../workloads/shared/pod-selector.js';
import { findSelector, primaryValue, selecting } from '../workloads/shared/selector.js';
import { refuseStrangers } from '../workloads/shared/strangers.js';
import type { Manifests } from './manifest.js';
import type { ObjectLookup } from './object-lookup.js';
import type { ObjectSettings } from './object-settings.js';
import { asPodMaker, podMakersIn } from './pod-makers.js';

/** A reason to refuse a release: an object, and its owner. */
export interface Foreign {
  readonly rule: 'foreign-object' | 'shared-object' | 'foreign-pods';
  /** `Kind/name`. */
  readonly title: string;
  readonly message: string;
}

/**
 * Foreign objects that a Canary would write, and foreign pods that its selectors would select.
 *
 * @param neighbours other Canaries of the namespace
 * @throws TransientError where the cluster can't be reached
 */
export async function foreignTo(
  canary: Canary,
  neighbours: readonly KubeObject[],
  manifests: Manifests,
  lookup: ObjectLookup,
  { parsing, settings }: { readonly parsing: ParseOptions; readonly settings: Partial<ObjectSettings> },
): Promise<readonly Foreign[]> {
  const { selectorLabels, configTracking } = { ...DEFAULT_SETTINGS, ...settings };
  const owned = ownedBy(canary);
  return [
    ...(await objectsOfOthers(canary, owned, lookup)),
    ...(configTracking ? await copiesOfOthers(canary, lookup) : []),
    ...sharedWith(canary, owned, neighbours, parsing),
    ...(await podsOfOthers(canary, selectorLabels, manifests, lookup)),
  ];
}

function ownedBy(canary: Canary): readonly OwnedObject[] {
  try {
    return [...ownedByTarget(canary), ...ownedRoutes(canary)];
  } catch (error) {
    // Another rule asks for a missing name.
    if (error instanceof UserError) return ownedByTarget(canary);
    throw error;
  }
}

async function objectsOfOthers(
  canary: Canary,
  owned: readonly OwnedObject[],
  lookup: ObjectLookup,
): Promise<readonly Foreign[]> {
  const found: Foreign[] = [];
  for (const { type, name, takesOver = false } of owned) {
    const object = await existing(type, name, canary, lookup);
    if (!object || isFree(object, { owner: canary.owner, takesOver }) || isByName(object, canary)) continue;
    found.push(foreignObject(object, canary));
  }
  return found;
}

function foreignObject(object: KubeObject, { owner }: Canary): Foreign {
  return { rule: 'foreign-object', title: titleOf(object), message: foreignMessage(object, owner) };
}

async function existing(
  type: ResourceType,
  name: string,
  { namespace }: Canary,
  lookup: ObjectLookup,
): Promise<KubeObject | undefined> {
  const result = await lookup.look(type, namespace, name);
  return result.state === 'found' ? { ...result.object, kind: type.kind } : undefined;
}

/**
 * Copies of configs that would overwrite foreign objects. Where another Canary has the first copy, this one's has
 * another name.
 */
async function copiesOfOthers(canary: Canary, lookup: ObjectLookup): Promise<readonly Foreign[]> {
  const found: Foreign[] = [];
  for (const reference of await trackedBy(canary, lookup)) {
    const type = configType(reference);
    const first = copyName(reference.name);
    const copy = await existing(type, first, canary, lookup);
    const name = copy && isAnothers(copy, canary) ? ownCopyName(reference.name, canary.name) : first;
    for (const one of [name, previousName(name)]) {
      const object = one === first ? copy : await existing(type, one, canary, lookup);
      if (!object || isFree(object, { owner: canary.owner }) || isByName(object, canary)) continue;
      found.push(foreignObject(object, canary));
    }
  }
  return found;
}

/** The copied configs of the target. One that can't be read counts as copied. */
async function trackedBy(canary: Canary, lookup: ObjectLookup): Promise<readonly ConfigReference[]> {
  const type = [DEPLOYMENTS, DAEMON_SETS].find(({ kind }) => kind === canary.targetRef.kind);
  const target = type && (await existing(type, canary.targetRef.name, canary, lookup));
  if (!target || !isWhole(target)) return [];
  const tracked: ConfigReference[] = [];
  for (const reference of referencesOf(target)) {
    const source = await existing(configType(reference), reference.name, canary, lookup);
    if (!source || isTracked(source)) tracked.push(reference);
  }
  return tracked;
}

function referencesOf(target: KubeObject): readonly ConfigReference[] {
  try {
    return configReferences(asPodController(target).spec.template.spec);
  } catch (error) {
    // In a file anything may be in the place of a list of containers: another rule reports that.
    if (error instanceof TypeError) return [];
    throw error;
  }
}

function isAnothers({ metadata }: KubeObject, { name, uid }: Canary): boolean {
  return (metadata.ownerReferences ?? []).some((one) => isCanary(one) && one.uid !== uid && one.name !== name);
}

/** A Canary in a file has no UID: its name must suffice. */
function isByName(object: KubeObject, { name, uid }: Canary): boolean {
  const controller = controllerOf(object);
  return uid === '' && controller !== undefined && isCanary(controller) && controller.name === name;
}

function sharedWith(
  canary: Canary,
  owned: readonly OwnedObject[],
  neighbours: readonly KubeObject[],
  options: ParseOptions,
): readonly Foreign[] {
  return neighbours.flatMap((object): Foreign[] => {
    const parsed = parseCanary(object, options);
    if (!parsed.ok) return [];
    const other = parsed.value;
    // Another rule reports that already.
    if (other.targetRef.kind === canary.targetRef.kind && other.targetRef.name === canary.targetRef.name) return [];
    const disputed = contested(owned, ownedBy(other));
    if (disputed === undefined) return [];
    const title = `${disputed.type.kind}/${disputed.name}`;
    const message = `Canary ${other.name} needs ${title} as well: the one that was there first has it, and the other is refused`;
    return [{ rule: 'shared-object', title, message }];
  });
}

async function podsOfOthers(
  canary: Canary,
  selectorLabels: readonly string[],
  manifests: Manifests,
  lookup: ObjectLookup,
): Promise<readonly Foreign[]> {
  const type = [DEPLOYMENTS, DAEMON_SETS].find(({ kind }) => kind === canary.targetRef.kind);
  if (!type) return [];
  const result = await lookup.look(type, canary.namespace, canary.targetRef.name);
  if (result.state !== 'found' || !isWhole(result.object)) return [];
  const selector = findSelector(asPodController(result.object), selectorLabels);
  if (!selector) return [];
  const given = manifests.objects.filter(
    ({ kind, metadata }) =>
      metadata.namespace === canary.namespace && (kind === DEPLOYMENTS.kind || kind === DAEMON_SETS.kind),
  );
  const isGiven = (one: KubeObject): boolean =>
    given.some(({ kind, metadata }) => kind === one.kind && metadata.name === one.metadata.name);
  const there = (await workloadsIn(lookup, canary.namespace)).filter((one) => !isGiven(one));
  const whole = [...given, ...there].filter((one) => isWhole(one) && !isByName(one, canary));
  const others = [...whole, ...(await podMakers(canary, selector, manifests, lookup))];
  try {
    refuseStrangers(canary, selector, others);
    return [];
  } catch (error) {
    if (!(error instanceof ForeignError)) throw error;
    return [{ rule: 'foreign-pods', title: `${type.kind}/${canary.targetRef.name}`, message: error.message }];
  }
}

/** Workloads that create pods and can't be released. */
async function podMakers(
  { namespace }: Canary,
  selector: Selector,
  manifests: Manifests,
  { cluster }: ObjectLookup,
): Promise<readonly KubeObject[]> {
  const given = manifests.objects.filter(({ metadata }) => metadata.namespace === namespace);
  const found = [selector.value, primaryValue(selector)].map(async (value) =>
    cluster ? podMakersIn(cluster, namespace, selecting(selector, value)) : [],
  );
  return [...given.flatMap((one) => asPodMaker(one) ?? []), ...(await Promise.all(found)).flat()];
}

/** An object in a file may lack any field. */
function isWhole(object: KubeObject): boolean {
  const { selector, template } = (object['spec'] ?? {}) as { readonly selector?: unknown; readonly template?: unknown };
  return typeof selector === 'object' && selector !== null && typeof template === 'object' && template !== null;
}

async function workloadsIn({ cluster }: ObjectLookup, namespace: string): Promise<readonly KubeObject[]> {
  if (!cluster) return [];
  const found = [DEPLOYMENTS, DAEMON_SETS].map(async (type) => {
    try {
      const { items } = await cluster.list(type, { namespace });
      return items.map((item) => ({ ...item, apiVersion: type.apiVersion, kind: type.kind }));
    } catch (error) {
      // The user may lack permission to see them.
      if (error instanceof KubeError && error.status === 403) return [];
      throw error;
    }
  });
  return (await Promise.all(found)).flat();
}
