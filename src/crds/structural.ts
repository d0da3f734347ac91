import { z } from 'zod';

/** A schema as a CustomResourceDefinition holds it. */
export interface StructuralSchema {
  readonly [keyword: string]: unknown;
}

/** The keywords that are printed, in this order. Any other one in a zod schema is a bug of ours. */
const KEYWORDS = [
  'description',
  'type',
  'format',
  'default',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'maxItems',
  'x-kubernetes-int-or-string',
  'x-kubernetes-validations',
  'required',
  'oneOf',
  'properties',
  'additionalProperties',
  'items',
] as const;

const KNOWN: ReadonlySet<string> = new Set(KEYWORDS);

/**
 * Prints a zod schema as a structural schema of `apiextensions.k8s.io/v1`: what a user types, before defaults and
 * conversions.
 *
 * @throws Error for a schema that a CustomResourceDefinition can't express
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  const printed = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    unrepresentable: 'throw',
  });
  return tidy(printed);
}

/** Keywords in their order, in subschemas, too, without those that `x-kubernetes-int-or-string` implies. */
function tidy(schema: object): StructuralSchema {
  const given = new Map<string, unknown>(Object.entries(schema));
  if (given.get('x-kubernetes-int-or-string') === true) given.delete('anyOf');
  // zod's bounds for "a whole number that JavaScript holds exactly".
  if (given.get('minimum') === Number.MIN_SAFE_INTEGER) given.delete('minimum');
  if (given.get('maximum') === Number.MAX_SAFE_INTEGER) given.delete('maximum');
  for (const keyword of given.keys()) {
    if (!KNOWN.has(keyword)) throw new Error(`a structural schema can't say ${keyword}: ${JSON.stringify(schema)}`);
  }
  return Object.fromEntries(
    KEYWORDS.filter((keyword) => given.has(keyword)).map((keyword) => [keyword, tidied(keyword, given.get(keyword))]),
  );
}

function tidied(keyword: (typeof KEYWORDS)[number], value: unknown): unknown {
  switch (keyword) {
    case 'properties':
      return Object.fromEntries(Object.entries(asSchema(value)).map(([name, part]) => [name, tidy(asSchema(part))]));
    case 'items':
    case 'additionalProperties':
      return tidy(asSchema(value));
    default:
      return value;
  }
}

/** Not `additionalProperties: false` either: Kubernetes prunes unknown fields. */
function asSchema(value: unknown): object {
  if (typeof value !== 'object' || value === null) throw new Error(`not a schema: ${JSON.stringify(value)}`);
  return value;
}
