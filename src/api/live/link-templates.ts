import { withoutTrailingSlashes } from '../../domain/text.js';

/** Templates of links to more information than Serinus itself has. Undefined where they aren't configured. */
export interface LinkTemplates {
  /** Of the Temporal UI, such as `http://temporal-ui.example:8080`. */
  readonly temporalUi?: string | undefined;
  /** Of a page that shows a PromQL query, with placeholders. */
  readonly metrics?: string | undefined;
  /** Of a page that shows logs, with placeholders. */
  readonly logs?: string | undefined;
}

const OF_A_CANARY = ['namespace', 'name', 'target', 'from', 'to', 'seconds', 'end'] as const;
/** The placeholders in braces, by kind of template. */
export const PLACEHOLDERS = {
  metrics: [...OF_A_CANARY, 'query', 'query_json'],
  logs: OF_A_CANARY,
} as const;

/** In milliseconds since 1970; without an end it lasts until now. */
export interface LinkSpan {
  readonly from: number;
  readonly to: number | undefined;
}

const IN_BRACES = /\{(\w+)\}/g;

/** @returns what is wrong with a template, undefined where nothing is */
export function mistakeIn(kind: keyof typeof PLACEHOLDERS, template: string): string | undefined {
  const known: readonly string[] = PLACEHOLDERS[kind];
  const unknown = [...template.matchAll(IN_BRACES)].map(([, name = '']) => name).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return `there is no {${unknown}}; there are ${known.map((name) => `{${name}}`).join(', ')}`;
  }
  return URL.canParse(template) && /^https?:/.test(template)
    ? undefined
    : 'it must be a URL that begins with http:// or https://';
}

/**
 * @param query in PromQL, for a page of metrics
 * @returns the URL; all inserted values are URL-encoded
 */
export function filled(
  template: string,
  names: { readonly namespace: string; readonly name: string; readonly target: string },
  { from, to }: LinkSpan,
  query = '',
): string {
  const values: Readonly<Record<string, string>> = {
    ...names,
    from: String(from),
    to: to === undefined ? 'now' : String(to),
    seconds: String(Math.max(1, Math.round(((to ?? Date.now()) - from) / 1000))),
    end: to === undefined ? '' : new Date(to).toISOString().slice(0, 19).replace('T', ' '),
    query,
    // For pages whose URL contains JSON, with the query as a string in it.
    query_json: JSON.stringify(query).slice(1, -1),
  };
  return template.replace(IN_BRACES, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : encodeURIComponent(value);
  });
}

/** A run in the Temporal UI. */
export function temporalLink(ui: string, namespace: string, workflowId: string, runId: string): string {
  const path = ['namespaces', namespace, 'workflows', workflowId, runId, 'history'].map(encodeURIComponent).join('/');
  return `${withoutTrailingSlashes(ui)}/${path}`;
}
