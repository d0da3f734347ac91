import { NOTHING } from '../crds/refusal.js';
import type { Refusal } from '../domain/findings.js';

/** How bad it is. `error`: a release can't go as it is meant to. `warning`: it can, and hardly anybody wants that. */
export const SEVERITIES = ['error', 'warning', 'info'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** Something about a policy that its author should know before a release relies on it. */
export interface Finding {
  /** Which rule says so; a name that never changes. */
  readonly rule: string;
  readonly severity: Severity;
  /** What it is about: `Canary/podinfo`. */
  readonly object: string;
  /** From that object's root: `spec.analysis.maxWeight`. */
  readonly field: string;
  /** What is there; undefined where nothing is, or where it may hold a secret. */
  readonly value?: string | number | boolean;
  readonly message: string;
  /** What would be right. */
  readonly remedy: string;
}

/** A field that can't be what it is, as the border of the schemas has it. */
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

/** The worst first; otherwise in the order in which they were found. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
