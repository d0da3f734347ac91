import { z } from 'zod';
import { jsonIn } from '../domain/json.js';
import type { Retreat } from '../domain/silence/retreat.js';

/** What the dead-man's switch leaves on the Lease, for the run that it has rolled back. */
export interface LeaseRetreat {
  /** Epoch of the run that is rolled back. */
  readonly of: number;
  /** Undefined while it is under way. */
  readonly done?: Retreat;
}

const schema = z.object({
  of: z.number(),
  done: z.object({ reason: z.string(), servedBy: z.enum(['primary', 'canary']), at: z.number() }).optional(),
});

export function formatRetreat(retreat: LeaseRetreat): string {
  return JSON.stringify(retreat);
}

/** @returns undefined for text that no switch has written: the run is then fenced off by an unknown process */
export function parseRetreat(text: string | undefined): LeaseRetreat | undefined {
  const read = schema.safeParse(jsonIn(text));
  if (!read.success) return undefined;
  const { of, done } = read.data;
  return { of, ...(done ? { done } : {}) };
}
