import { z } from 'zod';
import type { ResourceType } from '../../kube/object.js';

export const APISIX_ROUTE: ResourceType = {
  apiVersion: 'apisix.apache.org/v2',
  kind: 'ApisixRoute',
  plural: 'apisixroutes',
};

const pluginSchema = z.object({
  name: z.string(),
  enable: z.boolean().default(false),
  config: z.looseObject({ prefer_name: z.boolean().optional(), disable: z.boolean().optional() }).nullish(),
});

/** Only patterns: APISIX has further operators. */
const expressionSchema = z.object({ op: z.string(), value: z.string() }).optional().catch(undefined);

const ruleSchema = z.object({
  name: z.string(),
  match: z.object({ exprs: z.array(expressionSchema).nullish().catch([]) }).nullish(),
  backends: z.array(z.object({ serviceName: z.string() })).default([]),
  plugins: z.array(pluginSchema).default([]),
});

/**
 * The parts of an ApisixRoute that matter: which rule leads to the Canary's service, and whether its requests are
 * counted.
 */
export const apisixRouteSchema = z
  .object({ metadata: z.object({ name: z.string() }), spec: z.object({ http: z.array(ruleSchema).default([]) }) })
  .transform(({ metadata, spec }) => ({ name: metadata.name, rules: spec.http }));

export type ApisixRoute = z.output<typeof apisixRouteSchema>;
export type ApisixRule = ApisixRoute['rules'][number];
