/** One place in which two templates differ. */
export interface TemplateChange {
  /** For instance `spec.containers[podinfod].image`. */
  readonly path: string;
  /** Undefined where it has been added. */
  readonly before?: unknown;
  /** Undefined where it has been removed. */
  readonly after?: unknown;
}

/**
 * Where two objects of Kubernetes differ, in the order of their fields. Elements of lists are known by their names where
 * all of them have one (containers, volumes, variables), else by their positions.
 */
export function changesOf(before: unknown, after: unknown): readonly TemplateChange[] {
  return differences('', before, after);
}

type Parts = ReadonlyMap<string, unknown>;

function differences(path: string, before: unknown, after: unknown): readonly TemplateChange[] {
  const [old, now] = partsOf(before, after);
  if (!old || !now)
    return isSame(before, after) ? [] : [{ path, ...given('before', before), ...given('after', after) }];
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  return keys.flatMap((key) => differences(joined(path, key), old.get(key), now.get(key)));
}

/** What two values of the same kind consist of, by what is put into a path; nothing where they are no such values. */
function partsOf(before: unknown, after: unknown): readonly [Parts, Parts] | readonly [undefined, undefined] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const keys = [keysOf(before), keysOf(after)] as const;
    const [old, now] = keys.every((names) => names !== undefined) ? keys : [positions(before), positions(after)];
    return [paired(old ?? [], before), paired(now ?? [], after)];
  }
  if (isRecord(before) && isRecord(after)) return [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [undefined, undefined];
}

function paired(keys: readonly string[], elements: readonly unknown[]): Parts {
  return new Map(keys.map((key, index) => [key, elements[index]]));
}

/** @returns undefined where not every element has a name of its own */
function keysOf(elements: readonly unknown[]): readonly string[] | undefined {
  const names = elements.map((element) => (isRecord(element) ? element['name'] : undefined));
  const all = names.filter((name) => typeof name === 'string');
  return new Set(all).size === elements.length ? all.map((name) => `[${name}]`) : undefined;
}

function positions(elements: readonly unknown[]): readonly string[] {
  return elements.map((_, index) => `[${index}]`);
}

function joined(path: string, key: string): string {
  if (key.startsWith('[') || path === '') return `${path}${key}`;
  return `${path}.${key}`;
}

function given(side: 'before' | 'after', value: unknown): object {
  return value === undefined ? {} : { [side]: value };
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (isEmpty(a) && isEmpty(b));
}

/** The API server tells neither from a field that isn't there. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
