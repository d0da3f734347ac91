import { z } from 'zod';
import { GATE_NAMES } from '../../domain/approvals/gates.js';
import { isNamespaceName, isObjectName } from '../../domain/names.js';

/** A line of text: it ends up in logs, events and tables. */
const line = (max: number, remedy: string) =>
  z
    .string({ error: remedy })
    .min(1, { error: remedy })
    .max(max, { error: `use at most ${max} characters`, abort: true })
    .regex(/^[^\p{Cc}]*$/u, { error: 'use a single line without control characters' });

/** No object can have another name, so no other is looked up or made part of a path. */
export const namespaceName = z
  .string({ error: 'name one namespace' })
  .refine(isNamespaceName, { error: 'use the name of a namespace: small letters, digits and -' });
export const canaryName = z
  .string({ error: 'name one Canary' })
  .refine(isObjectName, { error: 'use the name of a Canary: small letters, digits, - and .' });

/** Without characters that would have to be escaped anywhere on the way. */
const KEY = /^[\w.:/+=@~-]{1,200}$/;

export const headersSchema = z.object({
  'idempotency-key': z
    .string()
    .regex(KEY, { error: 'use 1 to 200 letters, digits or any of . _ : / + = @ ~ -, such as a UUID' })
    .optional()
    .describe('The same key for the same Canary gives the same answer, and nothing is done again'),
});

const IMAGE =
  /^(?:[\w.-]+(?::\d{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9+._-]+:[0-9a-fA-F]{32,})?$/;
const imageSchema = z
  .string({ error: 'name an image, such as registry.example/podinfo:6.0.1' })
  // Checked before the pattern, whose cost grows with the text.
  .max(500, { error: 'use at most 500 characters', abort: true })
  .regex(IMAGE, { error: 'name an image, such as registry.example/podinfo:6.0.1' });

const by = line(100, 'say who asks in a word or two')
  .optional()
  .describe('Who asks; only where no token says it, and marked as unverified then');
const reason = line(500, 'say why in a sentence').optional().describe('Why, for the record');

const WHAT = 'send either "images" (container to image) or "patch" (what changes in spec.template of the target)';

export const startRolloutSchema = z
  .strictObject(
    {
      images: z
        .record(z.string().min(1), imageSchema, {
          error: 'map containers to images, such as {"app": "registry/app:2"}',
        })
        .optional()
        .describe('Image by container'),
      patch: z
        .looseObject({}, { error: 'send an object such as {"spec": {"template": {…}}}' })
        .optional()
        .describe('Strategic merge patch of the target; only spec.template may be in it'),
      reason,
      by,
      ifUnderWay: z
        .enum(['refuse', 'restart'], { error: 'use "refuse" or "restart"' })
        .default('refuse')
        .describe('What to do where a release is under way: refuse, or restart the analysis with the new revision'),
    },
    { error: bodyError },
  )
  .superRefine((body, context) => {
    if ((body.images === undefined) === (body.patch === undefined)) {
      context.addIssue({ code: 'custom', path: body.images ? ['patch'] : ['images'], message: WHAT });
    } else if (body.images && Object.keys(body.images).length === 0) {
      context.addIssue({ code: 'custom', path: ['images'], message: 'name at least one container' });
    }
  })
  .meta({ id: 'StartRollout' });

export const acceptedSchema = z
  .object({
    id: z.string().describe('The release; also in the header Location'),
    canary: z.object({ namespace: z.string(), name: z.string() }),
    revision: z.string().describe('Hash of the revision that is released'),
    verdict: z
      .enum(['started', 'restarts', 'under-way', 'queued', 'noted'])
      .describe('What it means for the run that got it'),
    location: z.string(),
  })
  .meta({ id: 'RolloutAccepted' });

const orderShape = {
  reason,
  by,
  revision: z
    .string({ error: 'use the hash of a revision' })
    .max(100, { error: 'use the hash of a revision' })
    .optional()
    .describe('The revision that you saw; where another one is under way, the order is refused'),
};

/** The body of an order, by its parameters. */
export const orderSchemas = {
  plain: z.strictObject(orderShape, { error: bodyError }).meta({ id: 'Order' }),
  gate: z
    .strictObject(
      {
        ...orderShape,
        gate: z
          .enum(GATE_NAMES, { error: `use one of ${GATE_NAMES.join(', ')}` })
          .optional()
          .describe('The gate that you mean; where it waits at another one, the order is refused'),
      },
      { error: bodyError },
    )
    .meta({ id: 'Approval' }),
  weight: z
    .strictObject(
      { ...orderShape, weight: z.int({ error: 'use a whole number from 0 to 100' }).min(0).max(100) },
      { error: bodyError },
    )
    .meta({ id: 'WeightOrder' }),
} as const;

export const obeyedSchema = z
  .object({
    id: z.string(),
    order: z.string(),
    taken: z.literal(true),
    phase: z.string().describe('The phase when it was taken'),
    weight: z.number(),
  })
  .meta({ id: 'OrderTaken' });

export const pendingSchema = z
  .object({
    id: z.string(),
    order: z.string(),
    taken: z.literal('pending').describe('Temporal keeps it; it takes effect when a worker is there'),
  })
  .meta({ id: 'OrderPending' });

export const historyQuerySchema = z.object({
  limit: z.coerce
    .number({ error: 'use a whole number from 1 to 200' })
    .int({ error: 'use a whole number from 1 to 200' })
    .min(1, { error: 'use a whole number from 1 to 200' })
    .max(200, { error: 'use a whole number from 1 to 200' })
    .default(20),
  pageToken: z
    .string()
    .max(2_000, { error: 'use the nextPageToken of the page before', abort: true })
    .regex(/^[\w-]*$/, { error: 'use the nextPageToken of the page before' })
    .optional(),
  all: z
    .enum(['true', 'false'], { error: 'use true or false' })
    .default('false')
    .describe('Also runs that released nothing: corrected drift, refused specs, suspended or deleted Canaries'),
});

export const listQuerySchema = z.object({
  namespace: namespaceName.optional().describe('All namespaces where missing'),
});

export const canaryParamsSchema = z.object({ namespace: namespaceName, name: canaryName });
export const releaseParamsSchema = z.object({ id: z.string().max(500).describe('<namespace>.<name>.<run id>') });

export type StartRollout = z.output<typeof startRolloutSchema>;
export type Accepted = z.output<typeof acceptedSchema>;
export type Obeyed = z.output<typeof obeyedSchema>;
export type Pending = z.output<typeof pendingSchema>;

/** What is wrong with a body as a whole. */
export function bodyError(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return `there is no such field`;
  if (issue.code === 'invalid_type') return 'send a JSON object';
  return undefined;
}
