import { z } from 'zod';
import { EXPIRIES, type ApprovalRule, type Expiry } from '../../domain/approvals/rules.js';
import { POLICY_GATES } from '../../domain/approvals/gates.js';
import { parseGoDuration } from '../duration.js';

const MOST_ENTRIES = 110;
/** More than anybody wants; a larger number is a typing error. */
const MOST_NEEDED = 20;
const NEEDED = `use a whole number from 1 to ${MOST_NEEDED}`;
const WEIGHT = 'use a whole number from 1 to 100';
const GROUP = 'use the name of a Kubernetes group';
const AFTER = 'use a duration above 0 such as 48h or 90m';

const expiresAfter = z.string({ error: AFTER }).transform((text, context) => {
  const ms = parseGoDuration(text);
  if (ms !== undefined && ms > 0) return { after: text, ms };
  context.addIssue({ code: 'custom', message: AFTER });
  return z.NEVER;
});

const FIELDS = 'gate, at, needed, groups, notByTrigger, expiresAfter, expiresInto';

/** One entry of the approvals annotation, with defaults. */
const approvalSchema = z
  .strictObject(
    {
      gate: z.enum(POLICY_GATES),
      at: z.int({ error: WEIGHT }).min(1, { error: WEIGHT }).max(100, { error: WEIGHT }).optional(),
      needed: z.int({ error: NEEDED }).min(1, { error: NEEDED }).max(MOST_NEEDED, { error: NEEDED }).default(1),
      groups: z
        .array(z.string({ error: GROUP }).trim().min(1, { error: GROUP }), { error: 'use a list of Kubernetes groups' })
        .default([]),
      notByTrigger: z.boolean({ error: 'use true or false' }).default(false),
      expiresAfter: expiresAfter.optional(),
      expiresInto: z.enum(EXPIRIES).optional(),
    },
    { error: ({ code }) => (code === 'unrecognized_keys' ? `there is no such field, only ${FIELDS}` : undefined) },
  )
  .superRefine(({ gate, at, expiresAfter: after, expiresInto }, context) => {
    if (at !== undefined && gate !== 'weight') {
      context.addIssue({
        code: 'custom',
        path: ['at'],
        message: 'only the gate weight stands at a weight: leave it out',
      });
    }
    if (expiresInto !== undefined && after === undefined) {
      const message = 'nothing expires without expiresAfter: set that too, or leave it out';
      context.addIssue({ code: 'custom', path: ['expiresInto'], message });
    }
  })
  .transform(({ gate, at, needed, groups, notByTrigger, expiresAfter: after, expiresInto }): ApprovalRule => {
    const expires: Expiry | undefined = after && { ...after, into: expiresInto ?? 'reject' };
    return {
      gate,
      ...(at === undefined ? {} : { atWeight: at }),
      ...{ needed, groups: [...new Set(groups)], notByTrigger },
      ...(expires === undefined ? {} : { expires }),
    };
  });

export const approvalListSchema = z
  .array(approvalSchema, { error: 'write a YAML list' })
  .min(1, { error: 'list at least one gate' })
  // There are three gates, and one for each weight.
  .max(MOST_ENTRIES, { error: `list at most ${MOST_ENTRIES} gates` });
