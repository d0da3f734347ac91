import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ManagedField } from '../../kube/object.js';

/** Field manager of every Serinus process. */
const OURS = 'serinus';

/**
 * Fields in which an object differs from what it should be: `metadata.labels`, `metadata.annotations`, and each field
 * of its spec, such as `spec.selector`.
 */
export function strayedFields(current: KubeObject, desired: KubeObject): readonly string[] {
  return [...new Set([...fieldsOf(current), ...fieldsOf(desired)])].filter(
    (field) => !isDeepStrictEqual(plain(valueAt(current, field)), plain(valueAt(desired, field))),
  );
}

/** The object as it should be, except for some fields, which stay as they are. */
export function leaving(desired: KubeObject, current: KubeObject | undefined, fields: readonly string[]): KubeObject {
  if (!current) return desired;
  return fields.reduce((object, field) => withValue(object, field, valueAt(current, field)), desired);
}

/** The field manager, other than Serinus, that has written a field last; undefined where Kubernetes doesn't know. */
function writerOf({ metadata }: KubeObject, field: string): string | undefined {
  const [top = '', name = ''] = field.split('.');
  const writers = (metadata.managedFields ?? []).filter(
    (entry) => entry.subresource === undefined && entry.manager !== OURS && touches(entry, top, name),
  );
  return writers.sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0]?.manager;
}

/** The same as part of a stray. */
export function writtenBy(object: KubeObject, field: string): { readonly by?: string } {
  const by = writerOf(object, field);
  return by === undefined ? {} : { by };
}

function touches({ fieldsV1 }: ManagedField, top: string, name: string): boolean {
  const fields = fieldsV1?.[`f:${top}`];
  return typeof fields === 'object' && fields !== null && (name === '' || `f:${name}` in fields);
}

function fieldsOf(object: KubeObject): readonly string[] {
  const { metadata: _metadata, status: _status, apiVersion: _version, kind: _kind, spec, ...others } = object;
  return [
    'metadata.labels',
    'metadata.annotations',
    ...Object.keys(spec ?? {}).map((name) => `spec.${name}`),
    ...Object.keys(others),
  ];
}

function valueAt(object: KubeObject, field: string): unknown {
  const [top = '', name] = field.split('.');
  const value = object[top];
  return name === undefined ? value : (value as Readonly<Record<string, unknown>> | undefined)?.[name];
}

function withValue(object: KubeObject, field: string, value: unknown): KubeObject {
  const [top = '', name] = field.split('.');
  if (name === undefined) return { ...object, [top]: value };
  return { ...object, [top]: { ...(object[top] as object | undefined), [name]: value } };
}

/** As serialised; an empty map equals a missing one. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  const travelled: unknown = JSON.parse(JSON.stringify(value));
  const isEmpty = typeof travelled === 'object' && travelled !== null && Object.keys(travelled).length === 0;
  return isEmpty ? undefined : travelled;
}
