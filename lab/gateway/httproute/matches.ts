import { exactPath, prefixPath, regexPath, type Pattern } from '../routing/patterns.js';
import type { Condition } from '../routing/expression.js';
import type { HttpRouteMatch } from './route-object.js';

/** A match of a rule in the terms of the routing table. */
export interface CompiledMatch {
  readonly path: Pattern;
  readonly methods: ReadonlySet<string>;
  readonly conditions: readonly Condition[];
  /** Among equal hosts and paths, by the Gateway API: a method, then more headers, then more query parameters. */
  readonly precedence: number;
}

const METHOD = 10_000;
const HEADER = 100;

/** Throws on what can't be understood; then the route is not taken over. */
export function compileMatch({ path, headers, queryParams, method }: HttpRouteMatch): CompiledMatch {
  const conditions: Condition[] = [
    ...headers.map(({ name, type, value }): Condition => {
      const holds = valueTest(type, value);
      const header = name.toLowerCase();
      return (facts) => holds(textOf(facts.headers[header]));
    }),
    ...queryParams.map(({ name, type, value }): Condition => {
      const holds = valueTest(type, value);
      return (facts) => holds(facts.query.get(name) ?? undefined);
    }),
  ];
  return {
    path: pathOf(path),
    methods: new Set(method === undefined ? [] : [method]),
    conditions,
    precedence: (method === undefined ? 0 : METHOD) + headers.length * HEADER + queryParams.length,
  };
}

function pathOf({ type, value }: HttpRouteMatch['path']): Pattern {
  if (type === 'Exact') return exactPath(value);
  if (type === 'PathPrefix') return prefixPath(value);
  if (type === 'RegularExpression') return regexPath(value);
  throw new Error(`unknown type of path "${type}"`);
}

/** A regular expression must match the whole value, as with Envoy. What is absent matches nothing. */
function valueTest(type: string, value: string): (actual: string | undefined) => boolean {
  if (type === 'Exact') return (actual) => actual === value;
  if (type !== 'RegularExpression') throw new Error(`unknown type of match "${type}"`);
  const pattern = new RegExp(`^(?:${value})$`);
  return (actual) => actual !== undefined && pattern.test(actual);
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
