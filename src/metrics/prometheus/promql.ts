import { QueryRefused } from '../errors.js';

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

/**
 * Checks the brackets and quotes of PromQL.
 *
 * @throws QueryRefused where one of them isn't closed
 */
export function readBrackets(query: string): void {
  const open: string[] = [];
  let quote = '';
  for (let at = 0; at < query.length; at += 1) {
    const char = query[at] ?? '';
    if (quote !== '') {
      if (char === '\\' && quote !== '`') at += 1;
      else if (char === quote) quote = '';
    } else if (char === '#') {
      const end = query.indexOf('\n', at);
      at = end < 0 ? query.length : end;
    } else if (char === '"' || char === "'" || char === '`') quote = char;
    else if (CLOSING[char] !== undefined) open.push(CLOSING[char]);
    else if (char === ')' || char === '}' || char === ']') {
      if (open.pop() !== char) throw new QueryRefused(`the query can't be read: there is a "${char}" too many`);
    }
  }
  const missing = quote === '' ? open.at(-1) : quote;
  if (missing !== undefined) throw new QueryRefused(`the query can't be read: a "${missing}" is missing`);
}
