import type { KubeObject } from '../../kube/object.js';
import { containersOf } from '../canaries/images.js';
import { Problem } from '../problems/problem.js';
import type { StartRollout } from '../schema/requests.js';

/** A strategic merge patch of a workload that changes only its pod template. */
export interface TemplatePatch {
  readonly spec: { readonly template: object };
}

/**
 * The changes of the target that a request asks for.
 *
 * @throws Problem for a missing container, and for a patch beyond the pod template
 */
export function templatePatch(target: KubeObject, request: StartRollout): TemplatePatch {
  if (request.images) return imagesPatch(target, request.images);
  return onlyTemplate(request.patch ?? {});
}

function imagesPatch(target: KubeObject, images: Readonly<Record<string, string>>): TemplatePatch {
  const { main, init } = containersOf(target);
  const known = [...main, ...init].map((container) => container.name);
  for (const [name, image] of Object.entries(images)) {
    if (known.includes(name)) continue;
    throw new Problem('unknown-container', `${target.metadata.name} has no container "${name}"`, {
      field: `images.${name}`,
      value: image,
      remedy: `use ${known.length === 1 ? 'the name of its container' : 'one of its containers'}: ${known.join(', ')}`,
    });
  }
  const changed = (containers: readonly { readonly name: string }[]): object[] =>
    containers.flatMap(({ name }) => {
      const image = Object.hasOwn(images, name) ? images[name] : undefined;
      return image === undefined ? [] : [{ name, image }];
    });
  const [containers, initContainers] = [changed(main), changed(init)];
  return {
    spec: {
      template: {
        spec: {
          ...(containers.length === 0 ? {} : { containers }),
          ...(initContainers.length === 0 ? {} : { initContainers }),
        },
      },
    },
  };
}

const REMEDY = 'a release changes the pod template only: send {"spec": {"template": {…}}}';

function onlyTemplate(patch: Readonly<Record<string, unknown>>): TemplatePatch {
  refuseOthers(patch, 'spec', 'patch');
  const { spec } = patch;
  if (!isObject(spec)) throw outOfBounds('patch.spec', spec);
  refuseOthers(spec, 'template', 'patch.spec');
  const { template } = spec;
  if (!isObject(template)) throw outOfBounds('patch.spec.template', template);
  return { spec: { template } };
}

function refuseOthers(object: Readonly<Record<string, unknown>>, allowed: string, field: string): void {
  const other = Object.keys(object).find((key) => key !== allowed);
  if (other !== undefined) throw outOfBounds(`${field}.${other}`, object[other]);
}

function outOfBounds(field: string, value: unknown): Problem {
  const simple = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return new Problem('invalid-input', `${field}: ${REMEDY}`, { field, ...(simple ? { value } : {}), remedy: REMEDY });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
