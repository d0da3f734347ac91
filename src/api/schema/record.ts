import { z } from 'zod';
import { HOOK_TYPES } from '../../domain/policy.js';
import type { RecordEntry } from '../../domain/record/record.js';

/*
 * The entries of a record, one schema a kind: what the API answers, and what the command line and the page read. That
 * they are the domain's, field by field, the compiler looks after below.
 */

const at = z.string().meta({ description: 'When', format: 'date-time' });

const entry = <What extends RecordEntry['what'], Shape extends z.core.$ZodLooseShape>(
  id: `${string}Entry`,
  what: What,
  shape: Shape,
) => z.object({ at, what: z.literal(what), ...shape }).meta({ id });

const ms = (description: string) => z.number().describe(`${description}, milliseconds since 1970`);

const seenShareSchema = z.object({
  percent: z.number().describe('Share of the requests that reached the canary'),
  requests: z.number().describe('To canary and primary together'),
  windowSeconds: z.number(),
  at: ms('End of the window'),
});

const unknownShareSchema = z.object({ unknown: z.string().describe('Why it is unknown') });

const hookShape = {
  hook: z.string(),
  ok: z.boolean(),
  error: z.string().exactOptional().describe('Why not'),
  durationMs: z.number().exactOptional().describe('From the call to its last answer, with all attempts'),
  status: z.number().exactOptional().describe('HTTP status of the last answer; missing where there was none'),
  attempts: z.number().exactOptional().describe('Calls that were made; 0 where none could be'),
};

const spanSchema = z.object({ from: ms('Begin'), to: ms('End') });

const metricSchema = z.object({
  metric: z.string(),
  ok: z.boolean(),
  value: z.number().exactOptional().describe('Missing where there was none'),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  window: spanSchema.exactOptional().describe('The time that the query looked back on'),
  message: z.string().exactOptional().describe('What is wrong'),
  providerError: z.literal(true).exactOptional().describe('The provider failed, not the canary'),
  noValues: z.literal(true).exactOptional().describe('The provider answered, and had no value'),
});

const VERDICTS = ['FAIL', 'PASS', 'WAIT'] as const;
const armSchema = z.object({ requests: z.number(), bad: z.number() });

const slowArmSchema = z.object({ requests: z.number(), slower: z.array(z.number()).describe('By edge') });

const judgedSchema = z.object({
  verdict: z.enum(VERDICTS),
  window: spanSchema.exactOptional().describe('The time that was counted; missing where none could be'),
  requests: z
    .object({ canary: z.number(), primary: z.number(), baseline: z.number() })
    .exactOptional()
    .describe(
      'As they were divided, where the canary is compared with a baseline, which stands as the primary in counts',
    ),
  counts: z.record(z.string(), z.object({ canary: armSchema, primary: armSchema })).exactOptional(),
  latency: z
    .object({ edges: z.array(z.number()).describe('In seconds'), canary: slowArmSchema, primary: slowArmSchema })
    .exactOptional()
    .describe('The window’s requests by how slow they were'),
  metrics: z.array(
    z.object({
      metric: z.string(),
      verdict: z.enum(VERDICTS),
      edge: z.number().exactOptional().describe('Of latency: bad is what took longer than so many seconds'),
      mean: z
        .object({ canary: z.number(), primary: z.number(), limit: z.number().describe('Of the ratio of both') })
        .exactOptional()
        .describe('Of means: in the values’ own unit; bad is their sum by the largest value'),
      dispersion: z.number().exactOptional().describe('φ, where failures come in bursts'),
      ratio: z.number().exactOptional().describe('How many times as often as the primary the canary is bad'),
      lower: z.number().describe('Of the interval of 95 %'),
      upper: z.number().exactOptional().describe('Missing where nothing bounds it'),
      towardsFail: z.number().describe('How far the evidence has come, 0 to 1'),
      towardsPass: z.number(),
      canary: armSchema,
      primary: armSchema,
    }),
  ),
  passedOver: z.enum(['split', 'both-bad']).exactOptional().describe('Why the window did not count'),
  seen: z.string().exactOptional().describe('What was seen then'),
  unknown: z.string().exactOptional().describe('Why nothing could be read'),
  heard: z.boolean().describe('The canary has got requests since its weight was set'),
  windows: z.number().describe('That counted so far'),
  says: z.string().describe('Why FAIL, or what it waits for'),
});

const loadTestSchema = z.object({
  name: z.string(),
  requests: z.number(),
  failed: z.number(),
  requestsPerSecond: z.number(),
  codes: z.record(z.string(), z.number()),
  p50: z.number().describe('Milliseconds'),
  p99: z.number().describe('Milliseconds'),
});

const KNOWN = [
  entry('EventEntry', 'event', { type: z.enum(['Normal', 'Warning']), message: z.string() }),
  entry('WeightEntry', 'weight', {
    canary: z.number().describe('Percent of the traffic'),
    seen: seenShareSchema.exactOptional().describe('How the requests were divided under it'),
  }),
  entry('PhaseEntry', 'phase', { phase: z.string() }),
  entry('AnalysisEntry', 'analysis', {
    weight: z.number(),
    ok: z.boolean(),
    hooks: z.array(z.object({ ...hookShape, at: ms('When it was called').exactOptional() })),
    metrics: z.array(metricSchema),
    seen: z.union([seenShareSchema, unknownShareSchema]).exactOptional(),
    judged: judgedSchema.exactOptional().describe('What the counts of both versions say'),
  }),
  entry('WatchEntry', 'watch', {
    judged: judgedSchema.describe('The promoted version, as the canary, against the one before it, as the primary'),
    past: spanSchema.exactOptional().describe('The time of the version before it that was compared with'),
  }),
  entry('WebhookEntry', 'webhook', {
    ...hookShape,
    type: z.enum(HOOK_TYPES),
    times: z.number().exactOptional().describe('In a row that it has given this very answer'),
    until: ms('The last of these times').exactOptional(),
  }),
  entry('OrderEntry', 'order', {
    order: z.string(),
    by: z.string(),
    reason: z.string(),
    channel: z.string(),
    requestId: z.string().exactOptional(),
    of: z.string().exactOptional().describe('The release that it was ordered of, where that is another one'),
    refused: z.string().exactOptional().describe('Why it was not carried out'),
  }),
  entry('LoadTestEntry', 'load-test', { result: loadTestSchema }),
  entry('UndeliveredEntry', 'undelivered', {
    to: z.string(),
    count: z.number(),
    error: z.string(),
    first: z.string().describe('The first of them, in words'),
    handedTo: z.string().exactOptional().describe('The workflow that goes on trying'),
  }),
] as const;

const unknownSchema = z
  .object({
    at,
    what: z.literal('unknown'),
    kind: z.string().describe('What it is called'),
    fields: z.record(z.string(), z.unknown()),
  })
  .meta({
    id: 'UnknownEntry',
    description: 'Of a kind that this version of Serinus does not know: another version has written it',
  });

/** One line of a record; which further fields it has depends on `what`. */
export const recordEntrySchema = z.discriminatedUnion('what', [...KNOWN, unknownSchema]).meta({ id: 'RecordEntry' });

export type RecordLine = z.output<typeof recordEntrySchema>;
export type KnownLine = Exclude<RecordLine, { what: 'unknown' }>;

/**
 * An entry as stored or sent, perhaps by another version: one of an unknown kind is returned whole, marked as unknown.
 */
export function readLine(sent: { readonly at: string; readonly what: string }): RecordLine {
  const { data } = recordEntrySchema.safeParse(sent);
  if (data !== undefined) return data;
  const { at: when, what: kind, ...fields } = sent;
  return { at: when, what: 'unknown', kind, fields };
}

/** Makes readonly types writable: schemas don't distinguish the two. */
type Writable<T> = T extends object ? { -readonly [Field in keyof T]: Writable<T[Field]> } : T;

/** As sent: a time is a text. */
type Sent<Entry> = Entry extends unknown ? Omit<Entry, 'at'> & { readonly at: string } : never;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;

/** An entry or a field that only one of the two has doesn't compile: add it here and in the domain. */
const sentAsTheDomainKeepsIt: Same<Writable<KnownLine>, Writable<Sent<RecordEntry>>> = true;
void sentAsTheDomainKeepsIt;
