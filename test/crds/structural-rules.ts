/**
 * The rules that Kubernetes has for structural schemas, as far as a printed schema can break them.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */

type Schema = Readonly<Record<string, unknown>>;

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean'];
const STRUCTURE = [
  'type',
  'title',
  'description',
  'default',
  'nullable',
  'properties',
  'additionalProperties',
  'items',
  'format',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'multipleOf',
  'required',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
];
/** What may not stand inside `oneOf` and its like: that would say what a value is, not which values are valid. */
const NOT_IN_VALIDATIONS = STRUCTURE.filter(
  (keyword) =>
    keyword.startsWith('x-kubernetes') ||
    ['type', 'description', 'title', 'default', 'nullable', 'additionalProperties'].includes(keyword),
);

/** @returns what is wrong, with the path to it */
export function structuralProblems(root: unknown): readonly string[] {
  if (!isSchema(root)) return ['the root is no schema'];
  const problems = node(root, '');
  return root['type'] === 'object' ? problems : [...problems, 'the root is no object'];
}

function node(schema: Schema, path: string): string[] {
  const problems: string[] = [];
  const say = (problem: string) => void problems.push(`${path || '.'}: ${problem}`);
  for (const keyword of Object.keys(schema)) if (!STRUCTURE.includes(keyword)) say(`${keyword} is unknown`);

  const { type, properties, additionalProperties, items, required = [] } = schema;
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  if (isIntOrString && type !== undefined) say('type beside int-or-string');
  if (!isIntOrString && !TYPES.includes(String(type))) say('no type');
  if (properties !== undefined && additionalProperties !== undefined) say('properties beside additionalProperties');
  if (additionalProperties === false) say('additionalProperties is false');
  if ((properties !== undefined || additionalProperties !== undefined) && type !== 'object')
    say('fields without object');
  if ((type === 'array') !== (items !== undefined)) say('items without array, or array without items');

  const fields = isSchema(properties) ? properties : {};
  for (const name of [...asList(required), ...namesIn(schema)]) {
    if (!(String(name) in fields)) say(`${String(name)} is required but not a field`);
  }
  for (const [name, field] of Object.entries(fields)) {
    if (path === '' && name === 'metadata') {
      if (JSON.stringify(field) !== '{"type":"object"}') say('metadata says more than that it is an object');
    } else problems.push(...child(field, `${path}.${name}`));
  }
  if (additionalProperties !== undefined && additionalProperties !== false) {
    problems.push(...child(additionalProperties, `${path}.*`));
  }
  if (items !== undefined) problems.push(...child(items, `${path}[]`));
  for (const branch of branchesOf(schema)) problems.push(...validation(branch, path));
  if (schema['default'] !== undefined && typeof schema['default'] !== jsType(type)) say('the default has another type');
  return problems;
}

function child(schema: unknown, path: string): string[] {
  return isSchema(schema) ? node(schema, path) : [`${path}: no schema`];
}

function validation(branch: Schema, path: string): string[] {
  const wrong = Object.keys(branch).filter(
    (keyword) => NOT_IN_VALIDATIONS.includes(keyword) || !STRUCTURE.includes(keyword),
  );
  return [
    ...wrong.map((keyword) => `${path || '.'}: ${keyword} inside a validation`),
    ...branchesOf(branch).flatMap((inner) => validation(inner, path)),
  ];
}

/** Fields that validations speak of; the structure has to know them. */
function namesIn(schema: Schema): readonly unknown[] {
  return branchesOf(schema).flatMap((branch) => [...asList(branch['required']), ...namesIn(branch)]);
}

function branchesOf(schema: Schema): Schema[] {
  return ['allOf', 'anyOf', 'oneOf', 'not'].flatMap((keyword) => {
    const value = schema[keyword];
    return value === undefined ? [] : [value].flat().filter(isSchema);
  });
}

function jsType(type: unknown): string {
  return type === 'integer' ? 'number' : type === 'array' ? 'object' : String(type);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
