/** A place at which two objects differ. */
export interface Difference {
  /** For instance `spec.containers[cart].image`; an item of a list is identified by its name if it has one. */
  readonly path: string;
  /** Undefined where it isn't there. */
  readonly a?: unknown;
  readonly b?: unknown;
}

/**
 * The differences between two objects of Kubernetes, in the order of the first. Items of lists with names are compared
 * by name.
 */
export function differences(a: unknown, b: unknown, path = ''): readonly Difference[] {
  if (Array.isArray(a) && Array.isArray(b)) {
    const keyed = haveNames(a) && haveNames(b) ? byName : byPosition;
    return between(keyed(a), keyed(b), (key) => `${path}[${key}]`);
  }
  const [left, right] = [fieldsOf(a), fieldsOf(b)];
  if (left && right) return between(left, right, (key) => joined(path, key));
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ path, ...said('a', a), ...said('b', b) }];
}

type Fields = ReadonlyMap<string, unknown>;

function between(a: Fields, b: Fields, pathOf: (key: string) => string): readonly Difference[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => differences(a.get(key), b.get(key), pathOf(key)));
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}

/** Each item has one, and no two the same. */
function haveNames(items: readonly unknown[]): boolean {
  const names = items.map(nameOf);
  return !names.includes(undefined) && new Set(names).size === names.length;
}

function byName(items: readonly unknown[]): Fields {
  return new Map(items.map((item) => [nameOf(item) ?? '', item]));
}

function byPosition(items: readonly unknown[]): Fields {
  return new Map(items.map((item, index) => [String(index), item]));
}

function nameOf(item: unknown): string | undefined {
  return typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string'
    ? item.name
    : undefined;
}

function joined(path: string, key: string): string {
  const safe = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
  return path === '' ? safe : `${path}.${safe}`;
}

function said(side: 'a' | 'b', value: unknown) {
  return value === undefined ? {} : { [side]: value };
}
