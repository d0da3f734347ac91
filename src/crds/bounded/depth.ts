/**
 * Whether a value of JSON has more levels of lists and objects inside each other than that. What goes round in a circle
 * has. It looks without recursion: what is asked about may be deep enough to overflow the stack.
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
