import { z } from 'zod';

/** Lua writes an empty list as `{}`. */
const emptyList = z
  .object({})
  .strict()
  .transform((): never[] => []);

const seconds = z.object({ connect: z.number(), send: z.number(), read: z.number() });

/** A route as APISIX' Admin API takes it (v3), as far as the gateway heeds it. */
export const routeSchema = z.object({
  id: z.string(),
  name: z.string().default(''),
  priority: z.number().default(0),
  host: z.string().optional(),
  hosts: z.array(z.string()).default([]),
  uri: z.string().optional(),
  uris: z.array(z.string()).default([]),
  methods: z.array(z.string()).default([]),
  /** `[variable, operator, value]`, with a `!` before an operator that is turned round. */
  vars: z.union([z.array(z.array(z.union([z.string(), z.array(z.string())]))), emptyList]).default([]),
  timeout: seconds.optional(),
  upstream_id: z.string().optional(),
  plugins: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

export type AdminRoute = z.infer<typeof routeSchema>;

export const upstreamSchema = z.object({
  id: z.string(),
  nodes: z.union([z.array(z.object({ host: z.string(), port: z.number(), weight: z.number() })), emptyList]),
});

/** The plugin that divides a route's requests; an entry without an upstream is the route's own. */
export const trafficSplitSchema = z.object({
  rules: z.array(
    z.object({
      weighted_upstreams: z.array(z.object({ upstream_id: z.string().optional(), weight: z.number().default(1) })),
    }),
  ),
});

/** All objects by kind and id. */
export const keptSchema = z.record(z.string(), z.record(z.string(), z.unknown()));
