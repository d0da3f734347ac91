/**
 * Whether a JSON value is nested deeper than a limit. A cyclic value is. It works without recursion: the value may be
 * deep enough to overflow the stack.
 *
 * @param limit levels; `{}` is one
 */
export function isDeeperThan(value: unknown, limit: number): boolean {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > limit) return true;
    for (const part of Object.values(next.value)) open.push({ value: part, depth: next.depth + 1 });
  }
  return false;
}
