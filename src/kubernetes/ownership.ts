import { ForeignError } from '../errors.js';
import type { KubeObject, NamedObject, OwnerReference } from '../kube/object.js';
import { CANARIES } from '../kube/object.js';
import { pathOf } from '../kube/path.js';

/** By what right an object is written or deleted. */
export interface Right {
  /** The Canary that writes. */
  readonly owner: OwnerReference;
  /**
   * The object stands for the users' own service, so that one which was there before the Canary is changed and given
   * back, as Flagger does it. One that another Canary has is nobody else's to change.
   */
  readonly takesOver?: boolean;
}

/** An object of the Canary's namespace that it makes, or takes over. */
export interface OwnedObject extends NamedObject {
  readonly takesOver?: boolean;
}

/**
 * Whether an object is this Canary's: its controller is the Canary, by uid. One with several owners and no controller
 * is, too, where this is the only Canary among them: so Flagger leaves copies that Canaries have shared when the one
 * that wrote last has gone.
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

/** Whether an object goes when this Canary and all its other owners have gone. */
export function isOwnedBy(object: KubeObject, owner: Pick<OwnerReference, 'uid'>): boolean {
  return object.metadata.ownerReferences?.some(({ uid }) => uid === owner.uid) ?? false;
}

/** The reference to the one that looks after an object. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export function isCanary({ apiVersion, kind }: Pick<OwnerReference, 'apiVersion' | 'kind'>): boolean {
  return kind === CANARIES.kind && apiVersion.split('/')[0] === CANARIES.apiVersion.split('/')[0];
}

/** @throws ForeignError naming the object and whose it is, where it may not be written by this right */
export function refuseForeign(object: KubeObject, right: Right): void {
  if (isFree(object, right)) return;
  throw new ForeignError(foreignMessage(object, right.owner));
}

/** What is said of an object that is somebody else's, in words for an Event. */
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
 * Which of two Canaries may have what both want: one whose users are served by its primary already, else the older. So
 * one that is added by mistake never keeps another from its next release.
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
