import { homedir, hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Json } from '../saved.js';
import { textsIn } from '../texts.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TRACES = [hostname(), homedir(), ROOT].filter((trace) => trace.length > 1);

/**
 * A history without what only the machine that recorded it knows: stacks, with their paths. Replaying needs none.
 *
 * @throws Error where something of the machine is left
 */
export function cleaned(history: Json): Json {
  const clean = withoutStacks(history);
  for (const text of textsIn(clean)) {
    const trace = TRACES.find((one) => text.includes(one));
    if (trace !== undefined) throw new Error(`the history names this machine's ${trace}: ${text.slice(0, 300)}`);
  }
  return clean;
}

function withoutStacks(value: Json): Json {
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(withoutStacks);
  const entries = Object.entries(value).filter(([name]) => name !== 'stackTrace');
  return Object.fromEntries(entries.map(([name, part]) => [name, withoutStacks(part)]));
}
