import type { Complaint } from '../refusal.js';
import type { CanarySpec } from '../schema/canary.js';
import type { Support } from '../support.js';

/** What a rule may use besides the spec. */
export interface RuleContext {
  /** Of the Canary. */
  readonly namespace: string;
  readonly defaultProvider: string;
  readonly noCrossNamespaceRefs: boolean;
  readonly support: Support;
}

/**
 * A check that the schema can't express, or that a cluster with Flagger's own CustomResourceDefinition lacks.
 *
 * @returns what is wrong, or undefined where nothing is
 */
export type Rule = (spec: CanarySpec, context: RuleContext) => Complaint | undefined;

/** The first error of several checks, computed only as far as needed. */
export function firstOf<T>(
  items: Iterable<T>,
  check: (item: T, index: number) => Complaint | undefined,
): Complaint | undefined {
  let index = 0;
  for (const item of items) {
    const complaint = check(item, index++);
    if (complaint) return complaint;
  }
  return undefined;
}

/** A number that, if set, must be whole and within two bounds, both included. */
export function wholeBetween(
  field: string,
  value: number | undefined,
  min: number,
  max: number,
): Complaint | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return undefined;
  const range = max === Number.MAX_SAFE_INTEGER ? `, ${min} or more` : ` from ${min} to ${max}`;
  return { field, value, remedy: `use a whole number${range}` };
}

/** A URL that, if set, must be a valid HTTP one. */
export function httpUrl(field: string, value: string | undefined): Complaint | undefined {
  if (value === undefined || value === '') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return undefined;
  return { field, value, remedy: 'use a whole URL such as http://checker.test/' };
}
