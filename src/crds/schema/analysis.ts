import { z } from 'zod';
import { alertSchema, metricSchema, webhookSchema } from './checks.js';
import { duration, exactlyOneOf } from './fields.js';
import { audienceSchema } from './http-match.js';

const flag = (description: string) => z.boolean().meta({ description }).optional();
const text = (description: string) => z.string().meta({ description }).optional();
const number = (description: string) => z.number().meta({ description }).optional();

/** How long a client keeps its cookie unless the Canary says otherwise: a day, in seconds. */
const DEFAULT_COOKIE_AGE_SECONDS = 86_400;

export const sessionAffinitySchema = z
  .object({
    cookieName: z.string().meta({ description: 'Name of the cookie that keeps a client at the canary' }),
    primaryCookieName: text('Name of the cookie that keeps a client at the primary; none where empty'),
    domain: text('Domain of the cookie'),
    httpOnly: flag('Scripts may not read the cookie'),
    maxAge: z
      .number()
      .default(DEFAULT_COOKIE_AGE_SECONDS)
      .meta({ description: 'Seconds after which a client forgets the cookie' }),
    partitioned: flag('The cookie is kept apart for each site'),
    path: text('Path of the cookie'),
    sameSite: z
      .enum(['Strict', 'Lax', 'None'])
      .meta({ description: 'Whether the cookie is sent with requests of other sites' })
      .optional(),
    secure: flag('The cookie is sent over HTTPS only'),
  })
  .meta({ description: 'A client that has seen the canary stays with it' });

/** `spec.analysis`: the steps of a release and its checks. */
export const analysisSchema = exactlyOneOf(
  z.object({
    interval: duration('Time between two checks'),
    threshold: z.number().meta({ description: 'Failed checks after which the release is rolled back' }),
    iterations: number('Checks of an A/B test or a Blue/Green release'),
    stepWeight: number("Percent by which the canary's share of the traffic grows"),
    stepWeights: z
      .array(z.number())
      .meta({ description: "The canary's shares of the traffic one after another, in percent" })
      .optional(),
    maxWeight: number('Share of the traffic, in percent, after which the canary is promoted'),
    stepWeightPromotion: number('Percent by which traffic moves back to the promoted primary; 0 is all at once'),
    mirror: flag('The canary gets copies of requests before it gets requests'),
    mirrorWeight: number('Percent of requests that are copied; for Istio'),
    primaryReadyThreshold: number("Percent of the primary's pods that must be available; 100 where empty"),
    canaryReadyThreshold: number("Percent of the canary's pods that must be available; 100 where empty"),
    match: z.array(audienceSchema).meta({ description: 'Which requests are for the canary in an A/B test' }).optional(),
    metrics: z.array(metricSchema).meta({ description: 'Metrics by which the canary is judged' }).optional(),
    webhooks: z.array(webhookSchema).meta({ description: 'Webhooks that are called along the way' }).optional(),
    alerts: z.array(alertSchema).meta({ description: 'Who is notified of the release' }).optional(),
    sessionAffinity: sessionAffinitySchema.optional(),
  }),
  ['iterations', 'stepWeight', 'stepWeights'],
  'How a release advances, and what it is judged by',
  ['interval', 'threshold'],
);
