import type { z } from 'zod';
import type { Refusal } from '../domain/findings.js';

/** A parsed object, or why it is invalid. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** What is wrong with one field, without the generation of the object. */
export interface Complaint {
  /** From the object's root: `spec.analysis.webhooks[0].timeout`. */
  readonly field: string;
  /** The user's value; undefined where there was none. Never the value of a field that may hold a secret. */
  readonly value: unknown;
  /** A description of valid values. */
  readonly remedy: string;
}

export function refused(complaint: Complaint, generation: number): { readonly ok: false; readonly refusal: Refusal } {
  const { field, value, remedy } = complaint;
  return { ok: false, refusal: { generation, field, value: shown(field, value), remedy } };
}

/** A refusal in one line, for people. */
export function describeRefusal(refusal: Refusal): string {
  return `${refusal.field}: ${refusal.value} is not valid, ${refusal.remedy}`;
}

/** The first error that a schema has found. */
export function firstComplaint(error: z.ZodError, given: unknown): Complaint {
  const [first] = error.issues;
  if (first === undefined) throw new Error('a schema has refused an object without saying why');
  return complaintOf(first, given);
}

/** All errors that a schema has found. */
export function complaints(error: z.ZodError, given: unknown): readonly Complaint[] {
  return error.issues.map((issue) => complaintOf(issue, given));
}

function complaintOf(issue: z.core.$ZodIssue, given: unknown): Complaint {
  const value = valueAt(given, issue.path);
  return { field: fieldOf(issue.path), value, remedy: remedyFor(issue, value) };
}

/** `spec.analysis.webhooks[0].url`. */
function fieldOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'object';
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    given,
  );
}

function remedyFor(issue: z.core.$ZodIssue, value: unknown): string {
  const missing = value === undefined ? 'it is required: ' : '';
  switch (issue.code) {
    case 'invalid_type':
      // The schema's own message, if it has one, says more than the type does.
      return issue.message.startsWith('Invalid input')
        ? `${missing}use ${typeWords(issue.expected)}`
        : missing + issue.message;
    case 'invalid_value':
      return `${missing}use ${choiceWords(issue.values)}`;
    case 'too_small':
      return issue.origin === 'string' ? 'it must not be empty' : `use ${String(issue.minimum)} or more`;
    case 'too_big':
      return `use ${limitWords(issue.origin, issue.maximum)}`;
    default:
      return missing + issue.message;
  }
}

function typeWords(expected: string): string {
  switch (expected) {
    case 'string':
      return 'a text, in quotes where it looks like something else';
    case 'number':
      return 'a number';
    case 'int':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    default:
      return 'fields and values';
  }
}

function choiceWords(values: readonly unknown[]): string {
  const named = values.filter((value) => value !== '').map(String);
  return named.length === 1 ? String(named[0]) : `one of ${named.join(', ')}`;
}

function limitWords(origin: string, maximum: number | bigint): string {
  if (origin === 'string') return `at most ${maximum} characters`;
  if (origin === 'array') return `at most ${maximum} entries`;
  return `${maximum} or less`;
}

/** Fields whose values may hold a secret, including everything below them. */
const SECRETIVE = /\.(headers|metadata|templateVariables|address|proxy|url|metricsServer)(\.|\[|$)/;
const LONGEST = 80;
/** Stands for a missing value. */
export const NOTHING = '(nothing)';

function shown(field: string, value: unknown): string {
  if (value === undefined) return NOTHING;
  if (SECRETIVE.test(field)) return '(a value not shown here)';
  if (Array.isArray(value) && !value.every((entry) => typeof entry === 'number')) return 'a list';
  if (Array.isArray(value)) return abridged(`[${value.join(', ')}]`);
  if (typeof value === 'object' && value !== null) return 'an object';
  return abridged(JSON.stringify(value) ?? typeof value);
}

function abridged(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
