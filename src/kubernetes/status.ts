import type { StatusEffect } from '../domain/decision/effects.js';
import { promotedCondition } from '../domain/phases.js';
import type { KubeObject } from '../kube/object.js';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
}

interface CanaryStatus {
  readonly conditions?: readonly Condition[];
  readonly lastTransitionTime?: string;
  readonly [field: string]: unknown;
}

/** The only condition; Flux, Argo CD and `kubectl wait --for=condition=promoted` read it. */
const PROMOTED = 'Promoted';
/** `reason` of the condition where the spec is invalid. */
export const INVALID_SPEC = 'InvalidSpec';
/** `reason` of the condition where the API server refuses a write. */
export const REFUSED = 'Refused';
/**
 * `reason` of the condition where a promotion was undone: the phase is Failed then, as after any release that isn't
 * live.
 */
export const UNDONE = 'Undone';

/** `reason` of the condition where the promoted version has turned out to be worse than the one before it. */
export const REGRESSED = 'Regressed';

/**
 * The Canary with the status that it shall have. Times change only together with another field, so that writing the
 * same status again writes nothing.
 *
 * @param kind the kind of the target, for the condition's message
 * @param now milliseconds since 1970
 */
export function withStatus(canary: KubeObject, effect: StatusEffect, kind: string, now: number): KubeObject {
  const before = (canary['status'] ?? {}) as CanaryStatus;
  const fields = {
    phase: effect.phase,
    canaryWeight: effect.canaryWeight,
    failedChecks: effect.failedChecks,
    iterations: effect.iterations,
    lastAppliedSpec: effect.lastAppliedSpec,
    lastPromotedSpec: effect.lastPromotedSpec,
    trackedConfigs: effect.trackedConfigs,
  };
  return updated(canary, before, fields, { type: PROMOTED, ...conditionOf(before, effect, kind) }, now);
}

/** An undone or regretted promotion stays on the condition until another revision is released. */
function conditionOf(before: CanaryStatus, effect: StatusEffect, kind: string): Omit<Condition, 'type'> {
  const { phase, undone, lastAppliedSpec, lastPromotedSpec } = effect;
  if (undone !== undefined) return { status: 'False', reason: UNDONE, message: undone };
  const known = before.conditions?.find(({ type }) => type === PROMOTED);
  const same = before['lastAppliedSpec'] === lastAppliedSpec && before['lastPromotedSpec'] === lastPromotedSpec;
  if (known?.reason === UNDONE && phase === 'Failed' && same) return known;
  if (known?.reason === REGRESSED && phase === 'Succeeded' && same) return known;
  return { reason: phase, ...promotedCondition(phase, kind) };
}

/** The Canary with a condition that says why its spec is invalid; the rest of its status stays. */
export function withInvalidSpec(canary: KubeObject, message: string, now: number): KubeObject {
  const before = (canary['status'] ?? {}) as CanaryStatus;
  // Flagger's schema requires these four in every status.
  const fields = { phase: '', canaryWeight: 0, failedChecks: 0, iterations: 0, ...before };
  return updated(canary, before, fields, { type: PROMOTED, status: 'False', reason: INVALID_SPEC, message }, now);
}

/**
 * The Canary with a condition that says what the API server refuses, until its next status is written. While a release
 * is under way the condition stays `Unknown`.
 */
export function withRefusal(canary: KubeObject, message: string, now: number): KubeObject {
  const before = (canary['status'] ?? {}) as CanaryStatus;
  const fields = { phase: '', canaryWeight: 0, failedChecks: 0, iterations: 0, ...before };
  const status = statusIn(before) === 'Unknown' ? 'Unknown' : 'False';
  return updated(canary, before, fields, { type: PROMOTED, status, reason: REFUSED, message }, now);
}

/** The same for a refusal that blocks no promotion and revokes none: only the reason changes. */
export function withRefusalAside(canary: KubeObject, message: string, now: number): KubeObject {
  const before = (canary['status'] ?? {}) as CanaryStatus;
  const fields = { phase: '', canaryWeight: 0, failedChecks: 0, iterations: 0, ...before };
  const status = statusIn(before) ?? 'Unknown';
  return updated(canary, before, fields, { type: PROMOTED, status, reason: REFUSED, message }, now);
}

/**
 * The Canary with a condition that says that the promoted version is worse than the one before it; it stays promoted.
 */
export function withRegression(canary: KubeObject, message: string, now: number): KubeObject {
  const before = (canary['status'] ?? {}) as CanaryStatus;
  const status = statusIn(before) ?? 'Unknown';
  return updated(canary, before, {}, { type: PROMOTED, status, reason: REGRESSED, message }, now);
}

function statusIn({ conditions }: CanaryStatus): string | undefined {
  return conditions?.find(({ type }) => type === PROMOTED)?.status;
}

function updated(
  canary: KubeObject,
  before: CanaryStatus,
  fields: Readonly<Record<string, unknown>>,
  condition: Condition,
  now: number,
): KubeObject {
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const old = before.conditions?.find((c) => c.type === PROMOTED);
  const sameCondition =
    old?.status === condition.status && old.reason === condition.reason && old.message === condition.message;
  const changed = !sameCondition || Object.entries(fields).some(([key, value]) => !sameField(before[key], value));
  const next = sameCondition
    ? old
    : {
        ...condition,
        lastUpdateTime: time,
        lastTransitionTime: old?.status === condition.status ? (old.lastTransitionTime ?? time) : time,
      };
  return {
    ...canary,
    status: {
      ...before,
      ...withoutEmpty(fields),
      conditions: [next],
      lastTransitionTime: changed ? time : (before.lastTransitionTime ?? time),
    },
  };
}

/** Once stored, an absent map equals an empty one, and an absent text an empty one. */
function sameField(a: unknown, b: unknown): boolean {
  return JSON.stringify(normal(a)) === JSON.stringify(normal(b));
}

function normal(value: unknown): unknown {
  if (value === undefined || value === '' || value === null) return null;
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? null : entries;
}

/** Only the fields that Flagger always writes are written when empty. */
const ALWAYS = ['phase', 'canaryWeight', 'failedChecks', 'iterations'];

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      ALWAYS.includes(key) || normal(value) !== null ? value : undefined,
    ]),
  );
}
