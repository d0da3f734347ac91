import type { Complaint } from '../refusal.js';
import { complaintAboutSize } from '../rules/limits.js';
import { isDeeperThan } from './depth.js';

const DEEPEST = 32;
/** Entries of a list. Each check calls each webhook, queries each metric and sends each alert. */
const MOST_ENTRIES = 100;
/** Length of a field's name in a message. */
const LONGEST_KEY = 60;

/**
 * What makes a spec too large, checked before anything else: the cost of every observation grows with the spec's
 * length, and everybody else's releases wait meanwhile.
 */
export function excessOf(spec: unknown): Complaint | undefined {
  if (isDeeperThan(spec, DEEPEST)) {
    return { field: 'spec', value: spec, remedy: `use at most ${DEEPEST} lists and objects inside each other` };
  }
  return complaintAboutSize(spec) ?? longList(spec, 'spec');
}

/** Recursive: the depth has been checked before. */
function longList(value: unknown, field: string): Complaint | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value) && value.length > MOST_ENTRIES) {
    return { field, value: `${value.length} entries`, remedy: `use at most ${MOST_ENTRIES} entries` };
  }
  for (const [key, part] of Object.entries(value)) {
    const excess = longList(part, Array.isArray(value) ? `${field}[${key}]` : `${field}.${key.slice(0, LONGEST_KEY)}`);
    if (excess) return excess;
  }
  return undefined;
}
