import { z } from 'zod';
import { moment } from './releases.js';
import { bodyError, canaryName, namespaceName } from './requests.js';

const MANIFEST = 'send the Canary with the policy: as text in YAML or JSON, or as an object';
const MOST_RELEASES = 100;
const LIMIT = { error: `use a whole number from 1 to ${MOST_RELEASES}` };

export const backtestRequestSchema = z
  .strictObject(
    {
      manifest: z
        .union([z.string(), z.looseObject({})], { error: MANIFEST })
        .describe('The Canary with the policy, which is not applied: text in YAML or JSON, or an object'),
      namespace: namespaceName
        .optional()
        .describe(
          'Of the releases, and of a manifest that names none; that of the manifest, or "default", where missing',
        ),
      canary: canaryName.optional().describe('Whose releases; that of the manifest where missing'),
      since: moment('Only releases that have begun since then'),
      limit: z
        .int(LIMIT)
        .min(1, LIMIT)
        .max(MOST_RELEASES, LIMIT)
        .default(20)
        .describe('At most so many releases, those that have ended last'),
    },
    { error: bodyError },
  )
  .meta({ id: 'BacktestRequest' });

const backtestedSchema = z
  .object({
    id: z.string(),
    startedAt: z.string(),
    was: z.string().describe('Its outcome'),
    wasAfter: z
      .number()
      .exactOptional()
      .describe('Seconds from its first counted window to its end; missing where nothing was counted'),
    end: z
      .enum(['rolled-back', 'promoted', 'waits', 'goes-on', 'unknown'])
      .describe(
        'How the policy would have ended it. waits: by its promotion there was no proof of it; goes-on: not decided by its end; unknown: nothing was counted',
      ),
    seconds: z.number().exactOptional().describe('From its first counted window until the policy would have decided'),
    later: z
      .number()
      .exactOptional()
      .describe('By how many seconds later than it has ended that would have been; less than 0 is earlier'),
    provenAfter: z.number().exactOptional().describe('Seconds until it was proven good'),
    windows: z.number().describe('That were weighed'),
    says: z.string(),
    uncounted: z.array(z.string()).describe('Metrics of the policy that nobody has counted: they are left out'),
  })
  .meta({ id: 'BacktestedRelease' });

export const backtestAnswerSchema = z
  .object({
    namespace: z.string(),
    canary: z.string(),
    items: z.array(backtestedSchema).describe('The one that has ended last comes first'),
    untested: z.number().describe('Releases for which there was no time: ask for fewer, or for later ones'),
  })
  .meta({ id: 'BacktestAnswer' });

export type BacktestAnswer = z.output<typeof backtestAnswerSchema>;
