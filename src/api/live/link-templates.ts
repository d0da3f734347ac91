import { withoutTrailingSlashes } from '../../domain/text.js';

/** Where people find more than Serinus itself knows; URLs that are filled in. Undefined: nobody has said. */
export interface LinkTemplates {
  /** Of the Temporal UI, such as `http://temporal-ui.example:8080`. */
  readonly temporalUi?: string | undefined;
  /** Of a page that shows a PromQL query, with placeholders. */
  readonly metrics?: string | undefined;
  /** Of a page that shows logs, with placeholders. */
  readonly logs?: string | undefined;
}

const OF_A_CANARY = ['namespace', 'name', 'target', 'from', 'to', 'seconds', 'end'] as const;
/** What stands in braces in a template, by what the template is for. */
export const PLACEHOLDERS = {
  metrics: [...OF_A_CANARY, 'query', 'query_json'],
  logs: OF_A_CANARY,
} as const;

/** In milliseconds since 1970; without an end it goes on until now. */
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
 * @returns the URL; whatever is put in is encoded for a URL
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
    // Where a page takes JSON, the query is a string in it.
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
