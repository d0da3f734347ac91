import { ForeignError } from '../errors.js';
import type { KubeObject, NamedObject, OwnerReference } from '../kube/object.js';
import { CANARIES } from '../kube/object.js';
import { pathOf } from '../kube/path.js';

/** The right by which an object is written or deleted. */
export interface Right {
  /** The Canary that writes. */
  readonly owner: OwnerReference;
  /**
   * The object stands for the users' own service: one that existed before the Canary is changed and given back, as
   * Flagger does it. One that belongs to another Canary must not be changed.
   */
  readonly takesOver?: boolean;
}

/** An object of the Canary's namespace that the Canary creates, or takes over. */
export interface OwnedObject extends NamedObject {
  readonly takesOver?: boolean;
}

/**
 * Whether an object belongs to this Canary: its controller is the Canary, by UID. An object with several owners and no
 * controller also does, where this is the only Canary among them: Flagger leaves copies that Canaries shared in that
 * state when the one that wrote last is deleted.
 */
export function isOurs(object: KubeObject, owner: Pick<OwnerReference, 'uid'>): boolean {
  const references = object.metadata.ownerReferences ?? [];
  const controller = controllerOf(object);
  if (controller) return controller.uid === owner.uid;
  return isOwnedBy(object, owner) && !references.some((other) => other.uid !== owner.uid && isCanary(other));
}

/** Whether an object may be written by this right. */
export function isFree(object: KubeObject, { owner, takesOver = false }: Right): boolean {
  if (isOurs(object, owner)) return true;
  return takesOver && !(object.metadata.ownerReferences ?? []).some(isCanary);
}

/** Whether an object is deleted once this Canary and all its other owners are. */
export function isOwnedBy(object: KubeObject, owner: Pick<OwnerReference, 'uid'>): boolean {
  return object.metadata.ownerReferences?.some(({ uid }) => uid === owner.uid) ?? false;
}

/** The owner reference to an object's controller. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export function isCanary({ apiVersion, kind }: Pick<OwnerReference, 'apiVersion' | 'kind'>): boolean {
  return kind === CANARIES.kind && apiVersion.split('/')[0] === CANARIES.apiVersion.split('/')[0];
}

/** @throws ForeignError naming the object and its owner, where it may not be written by this right */
export function refuseForeign(object: KubeObject, right: Right): void {
  if (isFree(object, right)) return;
  throw new ForeignError(foreignMessage(object, right.owner));
}

/** The message about a foreign object, in words for an Event. */
export function foreignMessage(object: KubeObject, owner: Pick<OwnerReference, 'name' | 'uid'>): string {
  const { name, namespace } = object.metadata;
  return `${object.kind} ${name}.${namespace} ${whose(object, owner)}`;
}

function whose(object: KubeObject, owner: Pick<OwnerReference, 'name' | 'uid'>): string {
  const references = object.metadata.ownerReferences ?? [];
  const other = controllerOf(object) ?? references.find((one) => isCanary(one) && one.uid !== owner.uid);
  const ours = `Canary ${owner.name} needs an object of that name for itself`;
  if (!other) {
    return `has not been made for this Canary and is left alone, but ${ours}: delete or rename it, or give it to the Canary as its controller`;
  }
  if (isCanary(other) && other.name === owner.name) {
    return `belongs to a former Canary of the same name (uid ${other.uid}), with which it is being deleted: waiting for that`;
  }
  return `belongs to ${other.kind} ${other.name} and is left alone, but ${ours}: change the names of one of the two`;
}

/** The first object that is on both lists. */
export function contested(ours: readonly OwnedObject[], theirs: readonly OwnedObject[]): OwnedObject | undefined {
  const keyOf = ({ type, name }: OwnedObject): string => `${pathOf(type)}/${name}`;
  const keys = new Set(theirs.map(keyOf));
  return ours.find((one) => keys.has(keyOf(one)));
}

/**
 * Which of two Canaries keeps an object that both claim: one whose primary serves users already, else the older. So a
 * Canary added by mistake never blocks another's next release.
 */
export function precedes(one: KubeObject, other: KubeObject): boolean {
  const [a, b] = [rankOf(one), rankOf(other)];
  const differs = a.findIndex((value, index) => value !== b[index]);
  return differs >= 0 && (a[differs] ?? '') < (b[differs] ?? '');
}

function rankOf({ metadata, ...object }: KubeObject): readonly string[] {
  const { lastPromotedSpec = '' } = (object['status'] ?? {}) as { readonly lastPromotedSpec?: string };
  return [lastPromotedSpec === '' ? '1' : '0', metadata.creationTimestamp ?? '', metadata.uid ?? ''];
}
