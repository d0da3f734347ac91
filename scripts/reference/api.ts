import { z } from 'zod';
import { openApi, schemaSchema, type Content, type Operation, type Schema } from './document.js';
import { literal, table } from './markdown.js';

/** `docs/api-reference.md`: every route and every schema, as the API itself describes them. */
export async function apiReference(): Promise<string> {
  const { tags, paths, components } = await openApi();
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ title: `${method.toUpperCase()} ${path}`, operation })),
  );
  const groups = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return [`## ${name}`, `${description}.`, ...own.map(routeOf)].join('\n\n');
  });
  const schemas = Object.entries(components.schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  return `# HTTP API reference

Made from the API’s own description (\`GET /openapi.json\`) by \`npm run manifests\`; [api.md](api.md) explains it.

${groups.join('\n\n')}

## Schemas

${schemas.map(([name, schema]) => `### ${name}\n\n${fieldsOf(schema)}`).join('\n\n')}
`;
}

function routeOf({ title, operation }: { readonly title: string; readonly operation: Operation }): string {
  const { summary, parameters, requestBody, responses } = operation;
  const body = requestBody && typeOfContent(requestBody.content);
  const parts = [
    `### ${literal(title)}`,
    `${summary}.`,
    parameters.length > 0
      ? table(
          ['parameter', 'in', 'type', ''],
          parameters.map((one) => [
            literal(one.name) + (one.required ? '' : ' (optional)'),
            one.in,
            typeOf(one.schema),
            described(one.schema, one.description),
          ]),
        )
      : '',
    body === undefined ? '' : `Body: ${body}.`,
    Object.entries(responses)
      .filter(([status]) => !status.endsWith('XX'))
      .map(([status, { content = {}, description }]) => answerOf(status, content, description))
      .join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function answerOf(status: string, content: Content, description: string): string {
  const said = description === 'Default Response' ? '' : `: ${description}`;
  return `- ${status} ${typeOfContent(content) ?? ''}${said}`;
}

function typeOfContent(content: Content): string | undefined {
  const [type, media] = Object.entries(content)[0] ?? [];
  if (type === undefined) return undefined;
  return type === 'application/json' ? typeOf(media?.schema ?? {}) : literal(type);
}

function fieldsOf(schema: Schema): string {
  const properties = schemaSchema.catch({}).parse(schema['properties']);
  const required = z.array(z.string()).catch([]).parse(schema['required']);
  const rows = Object.entries(properties).map(([name, raw]) => {
    const field = schemaSchema.catch({}).parse(raw);
    return [literal(name) + (required.includes(name) ? '' : ' (optional)'), typeOf(field), described(field)];
  });
  return rows.length === 0 ? `${typeOf(schema)}.` : table(['field', 'type', ''], rows);
}

function described(schema: Schema, description = schema['description']): string {
  return typeof description === 'string' ? description : '';
}

/** A schema's type in a few words; what has a name goes by it. */
function typeOf(schema: Schema): string {
  const { $ref: ref, enum: values, const: only, type, items, properties, additionalProperties } = schema;
  if (typeof ref === 'string') {
    const name = ref.split('/').at(-1) ?? '';
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (Array.isArray(values)) return values.map((value) => literal(JSON.stringify(value))).join(' or ');
  if (only !== undefined) return literal(JSON.stringify(only));
  for (const union of [schema['anyOf'], schema['oneOf']]) {
    if (Array.isArray(union)) return union.map((one) => typeOf(schemaSchema.parse(one))).join(' or ');
  }
  if (type === 'array') return `list of ${typeOf(schemaSchema.catch({}).parse(items))}`;
  if (type === 'object' && properties !== undefined) return `object of ${namesOf(properties)}`;
  if (type === 'object') {
    const rest = schemaSchema.safeParse(additionalProperties);
    return rest.success && Object.keys(rest.data).length > 0 ? `object with values ${typeOf(rest.data)}` : 'object';
  }
  return typeof type === 'string' ? type : 'anything';
}

function namesOf(properties: unknown): string {
  return Object.keys(schemaSchema.parse(properties)).map(literal).join(', ');
}
