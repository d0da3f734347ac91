import type { Audience } from '../../crds/types.js';
import type { Expression } from './objects.js';

/** A condition on a text, in the words of `analysis.match`. */
interface StringMatch {
  readonly exact?: string | undefined;
  readonly prefix?: string | undefined;
  readonly suffix?: string | undefined;
  readonly regex?: string | undefined;
}

/** One entry of `analysis.match` as conditions of an ApisixRoute. */
export function expressionsOf({ headers = {}, queryParams = {} }: Audience): readonly Expression[] {
  return [
    ...Object.entries(headers).map(([name, match]) => expression('Header', name, match)),
    ...Object.entries(queryParams).map(([name, match]) => expression('Query', name, match)),
  ];
}

/** An expression of Istio's matches the whole text, one of APISIX any part of it. */
function expression(scope: 'Header' | 'Query', name: string, match: StringMatch): Expression {
  const subject = { scope, name };
  if (match.exact !== undefined) return { subject, op: 'Equal', value: match.exact };
  return { subject, op: 'RegexMatch', value: pattern(match) };
}

function pattern({ prefix, suffix, regex }: StringMatch): string {
  if (prefix !== undefined) return `^${literally(prefix)}`;
  if (suffix !== undefined) return `${literally(suffix)}$`;
  return regex === undefined ? '^' : `^(?:${regex})$`;
}

function literally(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$/]/g, '\\$&');
}
