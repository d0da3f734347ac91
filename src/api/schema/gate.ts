import { z } from 'zod';
import { EXPIRIES } from '../../domain/approvals/rules.js';

const time = (description: string) => z.string().meta({ description, format: 'date-time' });

export const gateSchema = z
  .object({
    gate: z.string().describe('confirm-rollout, …: of a webhook; rollout, weight, promotion, rollback: of the policy'),
    since: time('Closed since then'),
    hook: z.string().optional().describe('The webhook that keeps it closed'),
    policy: z.string().optional().describe('The entry of the annotation serinus.dev/approvals that keeps it closed'),
    revision: z.string().optional().describe('Hash of the revision that waits'),
    needed: z.number().describe('Approvals by different people that open it'),
    given: z
      .array(z.object({ by: z.string(), at: time('When'), reason: z.string(), channel: z.string() }))
      .describe('Those that there are'),
    groups: z.array(z.string()).describe('Groups of which an approver must be in one; anybody may approve where empty'),
    notByTrigger: z.boolean().describe('Whoever triggered the release may not approve it'),
    expiresAt: time('When it expires; later, where the release is paused meanwhile').optional(),
    expiresInto: z.enum(EXPIRIES).optional().describe('reject: the release is rolled back; hold: it goes on waiting'),
  })
  .meta({ id: 'Gate' });

export type Gate = z.output<typeof gateSchema>;
