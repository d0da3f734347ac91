import { z } from 'zod';
import { isApiVersion, isNamespaceName, isObjectName } from '../../domain/names.js';
import { parseGoDuration } from '../duration.js';

/**
 * Kinds of fields that occur in many places. Each defines once what the CustomResourceDefinition contains and what is
 * checked at run time.
 */

/** A duration: the user's text, for rendering queries, and its value. */
export interface Duration {
  readonly text: string;
  readonly seconds: number;
}

const DURATION_REMEDY = 'use a duration such as 30s or 1m';

/**
 * A duration that begins with minutes or seconds. The pattern is open at its end, as it has always been, so the API
 * server accepts `1min`; run time checks that the whole text is a Go duration.
 */
export function duration(description: string) {
  return z
    .string({ error: DURATION_REMEDY })
    .regex(/^[0-9]+(m|s)/, { error: DURATION_REMEDY, abort: true })
    .transform((text, context): Duration => {
      const milliseconds = parseGoDuration(text);
      if (milliseconds !== undefined) return { text, seconds: milliseconds / 1000 };
      context.addIssue({ code: 'custom', message: DURATION_REMEDY });
      return z.NEVER;
    })
    .meta({ description });
}

export function intOrString(description: string) {
  return z
    .union([z.int(), z.string()], { error: 'use a number or a name' })
    .meta({ description, 'x-kubernetes-int-or-string': true });
}

/** The name of an object. Only checked at run time: the API server has always accepted any text. */
export function objectName(description: string) {
  return z
    .string()
    .refine(isObjectName, {
      error: ({ input }) => (input === '' ? 'use the name of an object' : OBJECT_NAME_REMEDY),
    })
    .meta({ description });
}

const OBJECT_NAME_REMEDY = 'use the name of an object: small letters, digits, - and ., such as podinfo';

/** Of an object in another namespace, or in this one where it is empty or missing; only checked at run time. */
export function namespaceName(description: string) {
  return z
    .string()
    .refine((name) => name === '' || isNamespaceName(name), {
      error: 'use the name of a namespace: small letters, digits and -, such as test',
    })
    .meta({ description });
}

/** Of a kind of object; only checked at run time. */
export function apiVersion(description: string) {
  return z
    .string()
    .refine((text) => text === '' || isApiVersion(text), {
      error: 'use the group and version of an API, such as apps/v1',
    })
    .meta({ description });
}

export function strings(description: string) {
  return z.array(z.string()).meta({ description });
}

export function stringMap(description: string) {
  return z.record(z.string(), z.string()).meta({ description });
}

/**
 * Exactly one of these fields of an object must be present; its presence counts, not its value.
 *
 * @param along required fields that the CustomResourceDefinition repeats in each of its alternatives
 */
export function exactlyOneOf<Shape extends z.ZodRawShape>(
  object: z.ZodObject<Shape>,
  names: readonly (keyof Shape & string)[],
  description: string,
  along: readonly string[] = [],
) {
  return object
    .superRefine((value, context) => {
      const present = presentOf(value, names);
      if (present.length !== 1) complain(context, present, `set exactly one of ${names.join(', ')}`);
    })
    .meta({ description, oneOf: names.map((name) => ({ required: [...along, name] })) });
}

/** At most one of these fields of an object may be present. */
export function atMostOneOf<Shape extends z.ZodRawShape>(
  object: z.ZodObject<Shape>,
  names: readonly (keyof Shape & string)[],
  description: string,
) {
  const branches = names.map((name) => ({ required: [name] }));
  return object
    .superRefine((value, context) => {
      const present = presentOf(value, names);
      if (present.length > 1) complain(context, present, `set at most one of ${names.join(', ')}`);
    })
    .meta({ description, oneOf: [{ not: { anyOf: branches } }, ...branches] });
}

function presentOf(value: object, names: readonly string[]): readonly string[] {
  return Object.entries(value).flatMap(([name, set]) => (set !== undefined && names.includes(name) ? [name] : []));
}

/** Points at the object where none is present, or at the surplus field. */
function complain(context: z.RefinementCtx, present: readonly string[], remedy: string): void {
  const tooMany = present[1];
  context.addIssue({
    code: 'custom',
    path: tooMany === undefined ? [] : [tooMany],
    message: tooMany === undefined ? remedy : `${remedy} (${present[0]} is set too)`,
  });
}
