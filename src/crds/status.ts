import type { z } from 'zod';
import type { CanaryStatus, Condition } from './types.js';
import { canaryStatusSchema, conditionSchema } from './schema/status.js';

const { shape } = canaryStatusSchema;

/**
 * Parses `status`. Controllers write it, perhaps other ones than this, so an invalid field counts as missing, and an
 * unknown phase as that of a new Canary.
 */
export function parseStatus(status: unknown): CanaryStatus {
  if (typeof status !== 'object' || status === null) return readStatus(status);
  const known = READ.get(status);
  if (known) return known;
  const read = readStatus(status);
  READ.set(status, read);
  return read;
}

/** A cached object is parsed once, however often it is read: some callers read all of them every second. */
const READ = new WeakMap<object, CanaryStatus>();

function readStatus(status: unknown): CanaryStatus {
  const fields = new Map<string, unknown>(typeof status === 'object' && status !== null ? Object.entries(status) : []);
  const read = <T>(name: keyof typeof shape, schema: z.ZodType<T>): T | undefined =>
    schema.safeParse(fields.get(name)).data;
  return {
    phase: read('phase', shape.phase) ?? '',
    failedChecks: read('failedChecks', shape.failedChecks) ?? 0,
    canaryWeight: read('canaryWeight', shape.canaryWeight) ?? 0,
    iterations: read('iterations', shape.iterations) ?? 0,
    trackedConfigs: read('trackedConfigs', shape.trackedConfigs) ?? {},
    lastAppliedSpec: read('lastAppliedSpec', shape.lastAppliedSpec) ?? '',
    lastPromotedSpec: read('lastPromotedSpec', shape.lastPromotedSpec) ?? '',
    lastTransitionTime: read('lastTransitionTime', shape.lastTransitionTime),
    sessionAffinityCookie: read('sessionAffinityCookie', shape.sessionAffinityCookie) ?? '',
    primarySessionAffinityCookie: read('primarySessionAffinityCookie', shape.primarySessionAffinityCookie) ?? '',
    previousSessionAffinityCookie: read('previousSessionAffinityCookie', shape.previousSessionAffinityCookie) ?? '',
    conditions: conditionsOf(fields.get('conditions')),
  };
}

function conditionsOf(conditions: unknown): readonly Condition[] {
  if (!Array.isArray(conditions)) return [];
  return conditions.flatMap((condition) => {
    const parsed = conditionSchema.safeParse(condition);
    return parsed.success ? [parsed.data] : [];
  });
}
