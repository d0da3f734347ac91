/**
 * The path of a desired field that the API server hasn't stored, like `routes[0].conditions[0].header.regex`; undefined
 * where it stored everything. It silently drops fields that the installed version of a definition doesn't know. Fields
 * that it has added don't count.
 */
export function dropped(wanted: unknown, stored: unknown, path = ''): string | undefined {
  if (wanted === undefined || wanted === null) return undefined;
  if (typeof wanted !== 'object') return wanted === stored ? undefined : path;
  if (typeof stored !== 'object' || stored === null) return path;
  const isList = Array.isArray(wanted);
  for (const [key, value] of Object.entries(wanted)) {
    const below = isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const lost = dropped(value, (stored as Readonly<Record<string, unknown>>)[key], below);
    if (lost !== undefined) return lost;
  }
  return undefined;
}
