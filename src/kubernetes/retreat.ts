import { z } from 'zod';
import { jsonIn } from '../domain/json.js';
import type { Retreat } from '../domain/silence/retreat.js';

/** What the dead-man's switch leaves on the Lease, so that the run which it has rolled back learns of it. */
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

/** @returns undefined for anything that no switch has written: the run is then shut out by somebody unknown */
export function parseRetreat(text: string | undefined): LeaseRetreat | undefined {
  const read = schema.safeParse(jsonIn(text));
  if (!read.success) return undefined;
  const { of, done } = read.data;
  return { of, ...(done ? { done } : {}) };
}
