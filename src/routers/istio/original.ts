import { isDeepStrictEqual } from 'node:util';
import type { Canary } from '../../crds/canary.js';
import { UserError } from '../../errors.js';
import type { KubeObject } from '../../kube/object.js';
import { titleOf } from '../../kube/object.js';
import { isOurs } from '../../kubernetes/ownership.js';

/** JSON of the spec that the object had before it was taken over; the name is Flagger's. */
const ORIGINAL = 'flagger.kubernetes.io/original-configuration';
/** JSON of what `kubectl apply` was given last. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Saves a foreign VirtualService before it is changed for the first time. The copy of `kubectl apply` is just as good;
 * and a later difference is a user's edit, not the original.
 */
export function keepingOriginal(canary: Canary, current: KubeObject | undefined, desired: KubeObject): KubeObject {
  if (!current || isOurs(current, canary.owner)) return desired;
  const { annotations = {} } = current.metadata;
  if (ORIGINAL in annotations || LAST_APPLIED in annotations) return desired;
  if (isDeepStrictEqual(current['spec'], JSON.parse(JSON.stringify(desired['spec'])))) return desired;
  const noted = { ...desired.metadata.annotations, [ORIGINAL]: JSON.stringify(current['spec']) };
  return { ...desired, metadata: { ...desired.metadata, annotations: noted } };
}

/**
 * The original VirtualService; unchanged where it was not saved.
 *
 * @throws UserError for a saved text that can't be parsed
 */
export function restored(current: KubeObject): KubeObject {
  const { [ORIGINAL]: original, ...annotations } = current.metadata.annotations ?? {};
  const applied = annotations[LAST_APPLIED];
  const spec =
    applied === undefined
      ? original && objectIn(current, ORIGINAL, original)
      : (objectIn(current, LAST_APPLIED, applied) as { readonly spec?: object }).spec;
  return spec ? { ...current, metadata: { ...current.metadata, annotations }, spec } : current;
}

function objectIn(object: KubeObject, annotation: string, json: string): object {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below, with the name of the annotation.
  }
  throw new UserError(
    `${titleOf(object)}: its annotation ${annotation} is no JSON object, mend it or remove it to leave the routes as they are`,
  );
}
