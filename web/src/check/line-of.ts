/**
 * The line of a manifest that holds a field, by indentation: good enough for handwritten text. The first line of the
 * deepest part of the path that is found.
 *
 * @param field as findings name it: `spec.analysis.metrics[0].interval`
 * @returns from 1; undefined where no part of it is found
 */
export function lineOf(manifest: string, field: string): number | undefined {
  const lines = manifest.split('\n');
  let from = 0;
  let inside = -1;
  let found: number | undefined;
  for (const part of field.split(/[.[\]]+/).filter(Boolean)) {
    const next = /^\d+$/.test(part) ? itemLine(lines, from, inside, Number(part)) : keyLine(lines, from, inside, part);
    if (next === undefined) break;
    found = next + 1;
    inside = indentOf(lines[next] ?? '');
    from = /^\d+$/.test(part) ? next : next + 1;
  }
  return found;
}

/** A key is indented deeper than its parent; one on the line of a dash counts from where its text begins. */
function keyLine(lines: readonly string[], from: number, inside: number, key: string): number | undefined {
  for (let index = from; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (isBlank(line)) continue;
    if (index > from && indentOf(line) <= inside && !line.trimStart().startsWith('- ')) return undefined;
    if (new RegExp(`^\\s*(?:- )*["']?${escaped(key)}["']?\\s*:`).test(line)) return index;
  }
  return undefined;
}

function itemLine(lines: readonly string[], from: number, inside: number, item: number): number | undefined {
  let count = -1;
  let dashes: number | undefined;
  for (let index = from; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (isBlank(line)) continue;
    const isItem = line.trimStart().startsWith('- ');
    if (indentOf(line) < inside || (indentOf(line) === inside && !isItem)) return undefined;
    dashes ??= isItem ? indentOf(line) : undefined;
    if (isItem && indentOf(line) === dashes) count += 1;
    if (count === item) return index;
  }
  return undefined;
}

function isBlank(line: string): boolean {
  return /^\s*(#.*)?$/.test(line);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
