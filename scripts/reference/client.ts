import { z } from 'zod';
import { openApi, schemaSchema, type Operation, type Schema } from './document.js';
import { formatted } from './markdown.js';

/** From the root of the repository. */
export const CLIENT_ROUTES = 'src/client/routes.ts';

/** What releases were called before: found under their own name as well. */
const FORMER = '/rollouts';

/** Types and paths of the API for programs in TypeScript, by its own OpenAPI document. */
export async function clientRoutes(): Promise<string> {
  const { paths, components } = await openApi();
  const used = new Set<string>();
  const typeOf = typesOf(used);
  const routes = Object.entries(paths)
    .filter(([path]) => !path.includes(FORMER))
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))
    .flatMap(({ operation: { operationId: id, ...operation }, ...place }) =>
      id === undefined ? [] : [{ id, operation, ...place }],
    );
  const shapes = routes.map(
    ({ id, operation }) => `${comment(operation.summary)}${id}: ${shapeOf(operation, typeOf)};`,
  );
  const places = routes.map(({ id, method, path }) => `${id}: ['${method.toUpperCase()}', '${path}'],`);
  const problem = typeOf({ $ref: '#/components/schemas/Problem' });
  const text = `// Written by \`npm run manifests\` from the API's OpenAPI document; change what that is made from.

${namedTypes(components.schemas, used, typeOf).join('\n\n')}

/** What is sent with each request, and what comes back. */
export interface Routes {
  ${shapes.join('\n  ')}
}

export const ROUTES = {
  ${places.join('\n  ')}
} as const satisfies Record<keyof Routes, readonly [method: string, path: string]>;

/** What every answer is that isn't a success (RFC 9457). */
export type AnyProblem = ${problem};
`;
  return formatted(CLIENT_ROUTES, text);
}

/** Schemas may lead to others: all that are led to get a type. */
function namedTypes(schemas: Readonly<Record<string, Schema>>, used: Set<string>, typeOf: TypeOf): string[] {
  const texts = new Map<string, string>();
  for (const name of used) {
    const schema = schemas[name] ?? {};
    const type = typeOf(schema);
    const declared =
      type.startsWith('{') && !/\} [&|] /.test(type) ? `interface ${name} ${type}` : `type ${name} = ${type};`;
    texts.set(name, `${comment(schema['description'])}export ${declared}`);
  }
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
}

function shapeOf({ parameters, requestBody, responses }: Operation, typeOf: TypeOf): string {
  const among = (place: string): string => {
    const own = parameters.filter((one) => one.in === place);
    if (own.length === 0) return '';
    const fields = own.map(
      ({ name, required, schema, description }) =>
        `${comment(description)}${name}${required ? '' : '?'}: ${typeOf(schema)};`,
    );
    const isNeeded = own.some(({ required }) => required);
    return `${place}${isNeeded ? '' : '?'}: { ${fields.join('\n')} };`;
  };
  const body = requestBody?.content['application/json']?.schema;
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content = {} }]) => Object.entries(content));
  const answer = answers.map(([media, { schema = {} }]) => (media === 'application/json' ? typeOf(schema) : 'string'));
  const isStream = answers.some(([media]) => media === 'text/event-stream');
  const isKeyed = parameters.some(({ name }) => name === 'idempotency-key');
  const parts = [
    among('path'),
    among('query'),
    body === undefined ? '' : `body: ${typeOf(body)};`,
    isKeyed ? '/** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;' : '',
    isStream ? 'stream: true;' : '',
    `answer: ${[...new Set(answer)].join(' | ') || 'unknown'};`,
  ];
  return `{ ${parts.filter((part) => part !== '').join('\n')} }`;
}

type TypeOf = (schema: Schema) => string;

/** @param used gets the names of the schemas that the types lead to */
function typesOf(used: Set<string>): TypeOf {
  const each = (all: unknown): string[] => z.array(schemaSchema).catch([]).parse(all).map(typeOf);
  const typeOf: TypeOf = (schema) => {
    const { $ref: ref, enum: values, const: only, type } = schema;
    if (typeof ref === 'string') {
      const name = ref.split('/').at(-1) ?? '';
      used.add(name);
      return name;
    }
    if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
    if (only !== undefined) return JSON.stringify(only);
    const unions = [...each(schema['anyOf']), ...each(schema['oneOf'])];
    if (unions.length > 0) return [...new Set(unions)].map((one) => `(${one})`).join(' | ');
    const parts = each(schema['allOf']);
    if (parts.length > 0) return parts.map((one) => `(${one})`).join(' & ');
    if (Array.isArray(type)) return type.map((one: unknown) => typeOf({ ...schema, type: one })).join(' | ');
    switch (type) {
      case 'string':
      case 'boolean':
      case 'null':
        return type;
      case 'number':
      case 'integer':
        return 'number';
      case 'array': {
        const items = schema['prefixItems'] === undefined ? undefined : each(schema['prefixItems']);
        return items ? `[${items.join(', ')}]` : `(${typeOf(schemaSchema.catch({}).parse(schema['items']))})[]`;
      }
      case 'object':
        return objectOf(schema);
      default:
        return 'unknown';
    }
  };
  const objectOf = (schema: Schema): string => {
    const properties = Object.entries(schemaSchema.catch({}).parse(schema['properties']));
    const required = z.array(z.string()).catch([]).parse(schema['required']);
    const fields = properties.map(([name, raw]) => {
      const field = schemaSchema.catch({}).parse(raw);
      // What has a default need not be sent.
      const isNeeded = required.includes(name) && field['default'] === undefined;
      return `${comment(field['description'])}${JSON.stringify(name)}${isNeeded ? '' : '?'}: ${typeOf(field)};`;
    });
    const more = schemaSchema.safeParse(schema['additionalProperties']);
    if (!more.success) return `{ ${fields.join('\n')} }`;
    const rest = fields.length === 0 ? typeOf(more.data) : 'unknown';
    return `{ ${[...fields, `[name: string]: ${rest};`].join('\n')} }`;
  };
  return typeOf;
}

function comment(text: unknown): string {
  return typeof text === 'string' && text !== '' ? `/** ${text.replaceAll('*/', '*\\/')} */\n` : '';
}
