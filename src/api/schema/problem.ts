import { z } from 'zod';

export const problemSchema = z
  .looseObject({
    type: z.string().describe('Path that names the kind of problem; it never changes'),
    title: z.string().describe('The kind of problem in a few words'),
    status: z.int().describe('The status of the answer'),
    detail: z.string().describe('What happened'),
    instance: z.string().optional().describe('The path of the request'),
    field: z.string().optional().describe('The field, header or parameter at fault'),
    value: z.unknown().optional().describe('What it was'),
    remedy: z.string().optional().describe('What would be right, or what to do'),
    retryAfter: z.number().optional().describe('When to try again, seconds from now'),
    release: z.record(z.string(), z.unknown()).optional().describe('The conflicting release'),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .describe('All fields at fault, where there are several'),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457)' });
