import { z } from 'zod';
import { gateSchema } from './gate.js';

export const liveGateSchema = z
  .looseObject({
    ...gateSchema.partial().shape,
    gate: gateSchema.shape.gate,
    status: z
      .enum(['closed', 'approved', 'ahead'])
      .describe('The release waits at it; a person has opened it; the release may come to it'),
    hooks: z.array(z.string()).describe('The webhooks that decide'),
  })
  .meta({ id: 'LiveGate' });

export const strategySchema = z.object({
  kind: z.enum(['canary', 'ab', 'blueGreen']),
  steps: z
    .array(z.number())
    .optional()
    .describe('The canary’s weights one after another; missing where it goes by iterations'),
  iterations: z.object({ done: z.number(), of: z.number() }).optional(),
  intervalSeconds: z.number(),
  threshold: z.number().describe('Failed checks that roll the release back'),
});

/** The steps of a release, and where it may have to wait. */
export const courseSchema = z
  .object({ strategy: strategySchema, gates: z.array(liveGateSchema) })
  .meta({ id: 'Course' });

export type CourseView = z.output<typeof courseSchema>;
export type LiveGate = z.output<typeof liveGateSchema>;
export type LiveStrategy = z.output<typeof strategySchema>;
