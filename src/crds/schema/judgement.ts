import { z } from 'zod';
import { ON_REGRESSION, ON_WAIT, PROOFS } from '../../domain/decision/judged.js';
import { parseGoDuration } from '../duration.js';

const PERCENT = 'use a share above 0 and below 1, such as 1% or 0.01';
const RATIO = 'use a number such as 1.25';
const DISPERSION = 'use measured, or a number from 1 to 100';
const DURATION = 'use a duration above 0, such as 30m';
const BASELINE = 'use fresh, or remove it: the primary is compared with then';
const SELECTOR =
  'use a PromQL selector of counters, such as checkouts_failed_total{app="shop"}, without functions and ranges';

const share = z.union([z.number(), z.string()], { error: PERCENT }).transform((given, context) => {
  const value = typeof given === 'number' ? given : shareOf(given);
  if (value > 0 && value < 1) return value;
  context.addIssue({ code: 'custom', message: PERCENT });
  return z.NEVER;
});

function shareOf(text: string): number {
  const [, percent, plain] = /^\s*(?:([\d.]+)\s*%|([\d.]+))\s*$/.exec(text) ?? [];
  return percent === undefined ? Number(plain) : Number(percent) / 100;
}

const duration = z.string({ error: DURATION }).transform((text, context) => {
  const ms = parseGoDuration(text);
  if (ms !== undefined && ms > 0) return { text, ms };
  context.addIssue({ code: 'custom', message: DURATION });
  return z.NEVER;
});

const replaces = z.string({ error: 'name a metric of spec.analysis.metrics' }).min(1).optional();

const limits = {
  replaces,
  tolerated: z.number({ error: RATIO }).min(1).max(100).optional(),
  unacceptable: z.number({ error: RATIO }).gt(1, { error: RATIO }).max(1000).optional(),
  floor: share.optional(),
  dispersion: z.union([z.literal('measured'), z.number().min(1).max(100)], { error: DISPERSION }).optional(),
};

/** A name, matchers in braces, or both; a range or a function after it is refused. */
const selector = z
  .string({ error: SELECTOR })
  .trim()
  .min(1, { error: SELECTOR })
  .refine(
    (text) =>
      /^[a-zA-Z_:][\w:]*(\{[^[\]]*\})?$|^\{[^[\]]*\}$/.test(text.replaceAll(/"(?:[^"\\]|\\[^])*(?:"|\\?$)/g, '""')),
    {
      error: SELECTOR,
    },
  );

const pair = known({ total: selector, bad: selector });

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, { error: 'use lower-case letters, digits and hyphens, 40 at most' });

const counts = known({
  name,
  canary: pair,
  primary: pair,
  baseline: pair.optional(),
  ...limits,
});

const sums = known({ sum: selector, count: selector });
const LARGEST = 'use the largest value that there can be, above 0';

/** A floor is about acceptable failures; a small mean isn't one. */
const { floor: _floor, ...ratios } = limits;

const means = known({
  name,
  canary: sums,
  primary: sums,
  baseline: sums.optional(),
  atMost: z.number({ error: LARGEST }).positive({ error: LARGEST }),
  worse: z.enum(['higher', 'lower']).default('higher'),
  ...ratios,
});

/** With a longer watch, the past to compare with is older than what most metrics servers keep. */
const LONGEST_WATCH_MS = 24 * 3_600_000;
const LONGEST_WATCH = 'use 24h at most';

const watch = known({
  for: duration.refine(({ ms }) => ms <= LONGEST_WATCH_MS, { error: LONGEST_WATCH }).optional(),
  then: z.enum(ON_REGRESSION).optional(),
});

const patience = known({ for: duration.optional(), then: z.enum(ON_WAIT).optional() });

const MOST_COUNTS = 5;

/** The judgement annotation, as written. */
export const judgementSchema = known({
  preset: z.enum(['careful', 'balanced', 'quick']).default('balanced'),
  errors: known(limits).optional(),
  latency: known(limits).optional(),
  counts: few(counts),
  means: few(means),
  falseRollback: share.optional(),
  wrongPromotion: share.optional(),
  steps: z.enum(PROOFS).optional(),
  promotion: z.enum(PROOFS).optional(),
  wait: patience.optional(),
  shared: patience.optional(),
  watch: watch.optional(),
  settle: duration.optional(),
  baseline: z.literal('fresh', { error: BASELINE }).optional(),
  tripwire: known({
    share: share.optional(),
    requests: z.int({ error: 'use a whole number' }).min(1).max(100_000).optional(),
  }).optional(),
  split: known({ tolerance: share.optional() }).optional(),
});

function few<T extends z.ZodType>(each: T) {
  return z
    .array(each, { error: 'write a YAML list' })
    .max(MOST_COUNTS, { error: `name at most ${MOST_COUNTS}` })
    .default([]);
}

/** An object with these fields and no others. */
function known<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `there is no such field, only ${Object.keys(shape).join(', ')}` : undefined,
  });
}
