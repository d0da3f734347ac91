import type { Complaint } from '../refusal.js';
import type { CanarySpec } from '../schema/canary.js';
import type { Support } from '../support.js';

/** What a rule may know besides the spec. */
export interface RuleContext {
  /** Of the Canary. */
  readonly namespace: string;
  readonly defaultProvider: string;
  readonly noCrossNamespaceRefs: boolean;
  readonly support: Support;
}

/**
 * Something that the schema can't say, or that a cluster with Flagger's own CustomResourceDefinition lets pass.
 *
 * @returns what is wrong, or undefined where nothing is
 */
export type Rule = (spec: CanarySpec, context: RuleContext) => Complaint | undefined;

/** The first complaint of several checks, made only as far as needed. */
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

/** A number that, where it is given, must be whole and between two bounds, themselves included. */
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

/** A URL that, where it is given, must be one that can be called. */
export function httpUrl(field: string, value: string | undefined): Complaint | undefined {
  if (value === undefined || value === '') return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return undefined;
  return { field, value, remedy: 'use a whole URL such as http://checker.test/' };
}
