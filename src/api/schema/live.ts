import { z } from 'zod';
import { STANDINGS } from './standing.js';
import { trafficSchema } from './canary.js';
import { liveGateSchema, strategySchema } from './course.js';
import { releaseSchema } from './release.js';

const time = (description: string) => z.string().meta({ description, format: 'date-time' });

/** The state of something, for an icon beside its status text. */
const HEALTHS = ['good', 'busy', 'bad', 'idle'] as const;

const nodeShape = {
  kind: z.string().describe('Canary, Revision, the kind of a workload, or Pod'),
  name: z.string(),
  health: z.enum(HEALTHS),
  status: z.string().describe('Status, in a word or two'),
  detail: z.string().optional(),
};

/** An object of a Canary, with its own parts. */
export type LiveNode = z.output<z.ZodObject<typeof nodeShape>> & { readonly children: readonly LiveNode[] };

const nodeSchema: z.ZodType<LiveNode> = z
  .object({
    ...nodeShape,
    get children() {
      return z.array(nodeSchema);
    },
  })
  .meta({ id: 'LiveNode' });

const seenSchema = z.object({
  percent: z.number().describe('Share of the requests that reached the canary'),
  requests: z.number().optional().describe('Requests to primary and canary in the window'),
  windowSeconds: z.number(),
  at: time('End of the window'),
});

/** A Canary and its release as they are now. */
export const liveSchema = z
  .object({
    canary: z.object({ namespace: z.string(), name: z.string() }),
    cluster: z.string(),
    at: time('When this was put together'),
    phase: z.string(),
    standing: z.enum(STANDINGS).describe('Status of the Canary, in one word'),
    release: releaseSchema.optional().describe('The newest run, open or not; missing where there was none'),
    strategy: strategySchema.optional().describe('Missing where the spec is not valid'),
    weight: z.object({
      wanted: z.number().describe('Percent of the traffic that the canary is to get'),
      seen: seenSchema
        .optional()
        .describe('What it really got, as the last check at this weight saw it; missing where that is not known'),
      unknown: z.string().optional().describe('Why the last check could not see it'),
    }),
    traffic: trafficSchema.optional().describe('Which requests reach the canary; missing where it is unknown'),
    why: z.string().describe('Why it has this status; times in it are as in 2026-01-31T12:00:00Z'),
    next: z
      .object({ what: z.string(), at: time('When; missing where unknown').optional() })
      .optional()
      .describe('What comes next; missing where nothing does'),
    attention: z.string().optional().describe('Why it needs attention'),
    tree: z.array(nodeSchema).describe('Canary, revisions, workloads, pods'),
    gates: z.array(liveGateSchema),
    links: z.object({
      temporal: z.string().optional().describe('The run in the Temporal UI'),
      metrics: z
        .array(z.object({ metric: z.string(), href: z.string() }))
        .optional()
        .describe('Each metric’s query for the window of the last check'),
      logs: z.string().optional().describe('Logs of the canary’s pods'),
    }),
  })
  .meta({ id: 'Live' });

/** A Canary that is gone from the fleet. */
export const goneSchema = z
  .object({ cluster: z.string(), namespace: z.string(), name: z.string() })
  .meta({ id: 'CanaryGone' });

export type Live = z.output<typeof liveSchema>;
export type CanaryGone = z.output<typeof goneSchema>;
