import { z } from 'zod';
import { isPathSegment } from '../../domain/names.js';

/** The most lines that are shown of one container. */
const MOST_LINES = 1_000;

const LINES = `use a whole number from 1 to ${MOST_LINES}`;

const partName = (what: string) => {
  const error = `use the name of a ${what}`;
  return z.string({ error }).max(253, { error, abort: true }).refine(isPathSegment, { error });
};

export const logsQuerySchema = z.object({
  of: z.enum(['canary', 'primary'], { error: 'use canary or primary' }).describe('Whose pods'),
  pod: partName('pod')
    .optional()
    .describe('One of them; where missing, one that is not ready, else the one that was made last'),
  container: partName('container').optional().describe('Where missing, the one that kubectl would take'),
  lines: z.coerce
    .number({ error: LINES })
    .int({ error: LINES })
    .min(1, { error: LINES })
    .max(MOST_LINES, { error: LINES })
    .default(200),
  previous: z
    .enum(['true', 'false'], { error: 'use true or false' })
    .default('false')
    .describe('Of the container as it was before its last restart'),
});

export const logsSchema = z
  .object({
    of: z.enum(['canary', 'primary']),
    workload: z.string().describe('Whose pods these are'),
    pods: z
      .array(
        z.object({
          name: z.string(),
          ready: z.boolean(),
          containers: z.array(z.object({ name: z.string(), restarts: z.number() })),
        }),
      )
      .describe('All of them, up to 50: those that are not ready first, then the one that was made last'),
    pod: z.string().optional().describe('Whose lines these are; missing where there is no pod'),
    container: z.string().optional(),
    lines: z.array(
      z.object({
        at: z.string().optional().describe('When it was written'),
        text: z.string().describe('Without colours and control characters'),
      }),
    ),
    truncated: z.boolean().describe('Whether lines were left out for their size, or shortened'),
    problem: z.string().optional().describe('Why there is no log, as Kubernetes says it'),
  })
  .meta({ id: 'Logs', description: 'The last lines that a pod of a Canary has logged' });

export type Logs = z.output<typeof logsSchema>;
export type LogsQuery = z.output<typeof logsQuerySchema>;
