import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { safeParse } from 'zod';
import { Problem, type ProblemMembers } from './problems/problem.js';

/**
 * Validates requests against the schemas of their route; the answer to a mistake names the field, its value and the
 * remedy.
 */
export const validateInput: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown) => {
    const result = safeParse(schema, data);
    return result.success ? { value: result.data } : { error: complaint(result.error, data, httpPart) };
  };

const PARTS: Readonly<Record<string, string>> = {
  body: '',
  querystring: 'query parameter ',
  headers: 'header ',
  params: 'path parameter ',
};

interface Fault {
  readonly field: string;
  readonly value: unknown;
  readonly remedy: string;
}

function complaint(error: z.ZodError, data: unknown, part = 'body'): Problem {
  const faults = error.issues.flatMap((issue) => faultsOf(issue, data));
  const [first] = faults;
  if (!first) return new Problem('invalid-input', error.message);
  const where = PARTS[part] ?? '';
  const field = first.field === '' ? 'body' : first.field;
  const members: ProblemMembers = {
    field,
    ...(first.value === undefined ? {} : { value: shown(first.value) }),
    remedy: first.remedy,
    ...(faults.length > 1 ? { errors: faults.map((fault) => ({ field: fault.field, detail: fault.remedy })) } : {}),
  };
  return new Problem('invalid-input', `${where}${field}: ${first.remedy}`, members);
}

function faultsOf(issue: z.core.$ZodIssue, data: unknown): Fault[] {
  const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return paths.map((path) => ({
    field: path.map(String).join('.'),
    value: path.reduce<unknown>(step, data),
    remedy: issue.message,
  }));
}

function step(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

/** Enough to recognise what was sent. */
function shown(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : value;
}
