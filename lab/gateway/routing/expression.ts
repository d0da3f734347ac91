import { cookie, type RequestFacts } from './request-facts.js';
import type { RouteExpression } from './route-object.js';

/** A condition of a route on a request. */
export type Condition = (facts: RequestFacts) => boolean;

/**
 * Compiles an expression of a route's `match.exprs`. Throws on one that can't be understood; then the
 * route is not taken over.
 */
export function compileExpression({ subject, ...comparison }: RouteExpression): Condition {
  return compileComparison(reader(subject.scope, subject.name), comparison);
}

/** As {@link compileExpression}, of a variable by the name that nginx gives it. */
export function compileVariable(name: string, comparison: Omit<RouteExpression, 'subject'>): Condition {
  return compileComparison(variableReader(name), comparison);
}

function compileComparison(read: Reader, { op, value, set }: Omit<RouteExpression, 'subject'>): Condition {
  if (op === 'In' || op === 'NotIn') {
    if (!set) throw new Error(`an expression with ${op} needs a "set"`);
    const members = new Set(set);
    const isMember: Condition = (facts) => members.has(read(facts) ?? '\0');
    return op === 'In' ? isMember : (facts) => !isMember(facts);
  }
  if (value === undefined) throw new Error(`an expression with ${op} needs a "value"`);
  const compare = comparison(op, value);
  return (facts) => compare(read(facts));
}

type Reader = (facts: RequestFacts) => string | undefined;

function reader(scope: string, name: string): Reader {
  switch (scope) {
    case 'Header': {
      const header = name.toLowerCase();
      return ({ headers }) => asText(headers[header]);
    }
    case 'Cookie':
      return ({ headers }) => cookie(headers, name);
    case 'Query':
      return ({ query }) => query.get(name) ?? undefined;
    case 'Path':
      return ({ path }) => path;
    case 'Variable':
      return variableReader(name);
    default:
      throw new Error(`unknown scope "${scope}" in an expression`);
  }
}

/** The nginx variables that make sense for a stand-in. */
function variableReader(name: string): Reader {
  const [, kind, rest = ''] = /^(http|arg|cookie)_(.+)$/.exec(name) ?? [];
  if (kind === 'http') return ({ headers }) => asText(headers[rest.replaceAll('_', '-').toLowerCase()]);
  if (kind === 'arg') return ({ query }) => query.get(rest) ?? undefined;
  if (kind === 'cookie') return ({ headers }) => cookie(headers, rest);
  switch (name) {
    case 'uri':
      return ({ path }) => path;
    case 'host':
      return ({ host }) => host;
    case 'request_method':
      return ({ method }) => method;
    case 'request_id':
      return ({ requestId }) => requestId;
    case 'remote_addr':
      return ({ remoteAddress }) => remoteAddress;
    default:
      throw new Error(`the lab's gateway knows no variable "${name}"`);
  }
}

/** What is absent equals nothing, matches nothing, and is neither greater nor less than anything. */
function comparison(op: string, value: string): (actual: string | undefined) => boolean {
  switch (op) {
    case 'Equal':
      return (actual) => actual === value;
    case 'NotEqual':
      return (actual) => actual !== value;
    case 'GreaterThan':
      return (actual) => Number(actual) > Number(value);
    case 'GreaterThanEqual':
      return (actual) => Number(actual) >= Number(value);
    case 'LessThan':
      return (actual) => Number(actual) < Number(value);
    case 'LessThanEqual':
      return (actual) => Number(actual) <= Number(value);
    case 'RegexMatch':
    case 'RegexMatchCaseInsensitive':
    case 'RegexNotMatch':
    case 'RegexNotMatchCaseInsensitive': {
      const pattern = new RegExp(value, op.endsWith('CaseInsensitive') ? 'i' : '');
      const wanted = op.startsWith('RegexMatch');
      return (actual) => (actual !== undefined && pattern.test(actual)) === wanted;
    }
    default:
      throw new Error(`unknown operator "${op}" in an expression`);
  }
}

function asText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
