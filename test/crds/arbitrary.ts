import fc from 'fast-check';

type Schema = Readonly<Record<string, unknown>>;

/**
 * Values that a structural schema accepts, but for its presence rules: those fields come and go at random, so that
 * they are broken as well as kept.
 */
export function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema['x-kubernetes-int-or-string'] === true) return fc.oneof(numberBetween(schema, true), text(schema));
  const choices = schema['enum'];
  if (Array.isArray(choices)) return fc.constantFrom<unknown>(...(choices as readonly unknown[]));
  switch (schema['type']) {
    case 'object':
      return objectOf(schema);
    case 'array':
      return fc.array(arbitraryOf(schema['items'] as Schema), { maxLength: 3 });
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return numberBetween(schema, true);
    case 'number':
      return numberBetween(schema, false);
    default:
      return text(schema);
  }
}

function objectOf(schema: Schema): fc.Arbitrary<unknown> {
  const entries = schema['additionalProperties'];
  if (entries !== undefined) return fc.dictionary(fc.string(), arbitraryOf(entries as Schema), { maxKeys: 2 });
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const model = Object.fromEntries(properties.map(([name, property]) => [name, arbitraryOf(property)]));
  return fc.record(model, { requiredKeys: (schema['required'] ?? []) as string[] });
}

function numberBetween(schema: Schema, whole: boolean): fc.Arbitrary<number> {
  const min = Number(schema['minimum'] ?? -200);
  const max = Number(schema['maximum'] ?? 200);
  const integers = fc.integer({ min, max });
  return whole
    ? integers
    : fc.oneof({ weight: 4, arbitrary: integers }, fc.double({ noNaN: true, noDefaultInfinity: true }));
}

function text(schema: Schema): fc.Arbitrary<string> {
  const pattern = schema['pattern'];
  if (pattern === '^[0-9]+(m|s)') {
    return fc.oneof(fc.constantFrom('10s', '1m', '1m30s', '30sx', '1min', '0s'), fc.stringMatching(/^[0-9]+(m|s)/));
  }
  if (schema['format'] === 'url') return fc.oneof(fc.webUrl(), fc.string());
  if (typeof pattern === 'string' || schema['maxLength'] !== undefined) return fc.constantFrom('a', 'name-1');
  return fc.string();
}
