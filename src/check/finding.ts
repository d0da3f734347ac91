import { NOTHING } from '../crds/refusal.js';
import type { Refusal } from '../domain/findings.js';

/** Severity. `error`: a release can't work as intended. `warning`: it can, but hardly anybody wants that. */
export const SEVERITIES = ['error', 'warning', 'info'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** Something about a policy that its author should know before a release relies on it. */
export interface Finding {
  /** Name of the rule; it never changes. */
  readonly rule: string;
  readonly severity: Severity;
  /** What it is about: `Canary/podinfo`. */
  readonly object: string;
  /** From that object's root: `spec.analysis.maxWeight`. */
  readonly field: string;
  /** The present value; undefined where there is none, or where it may hold a secret. */
  readonly value?: string | number | boolean;
  readonly message: string;
  /** A description of valid values, or what to do. */
  readonly remedy: string;
}

/** A field with an invalid value, in the words of the schemas. */
export function invalid(
  object: string,
  { field, value, remedy }: Pick<Refusal, 'field' | 'value' | 'remedy'>,
): Finding {
  const missing = value === NOTHING;
  return {
    rule: 'invalid',
    severity: 'error',
    object,
    field,
    ...(missing ? {} : { value }),
    message: missing ? 'it is missing' : `${value} is not valid`,
    remedy,
  };
}

/** Sorted by severity, the worst first; otherwise in the order of discovery. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
