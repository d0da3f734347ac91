import type { MetricProviderType } from '../crds/schema/metric-template.js';
import { queriesIn } from './cloudwatch/cloudwatch.js';
import { QueryRefused } from './errors.js';
import { pathOf } from './externalmetrics/query.js';
import { readQuery } from './keptn/query.js';
import { queryIn } from './signoz.js';

/** What can be told of a query without asking its provider. */
const READERS: Partial<Record<MetricProviderType, (query: string) => unknown>> = {
  cloudwatch: queriesIn,
  externalmetrics: pathOf,
  graphite: targetIn,
  keptn: readQuery,
  prometheus: balanced,
  signoz: queryIn,
};

/**
 * Why a provider couldn't read a query, as far as that shows without asking it.
 *
 * @param query rendered
 * @returns undefined where nothing is wrong with it, or only the provider knows
 */
export function complaintAboutQuery(type: MetricProviderType, query: string): string | undefined {
  try {
    if (query.trim() === '') return 'the query is empty';
    READERS[type]?.(query);
    return undefined;
  } catch (error) {
    if (error instanceof QueryRefused) return error.message;
    throw error;
  }
}

function targetIn(query: string): void {
  if (new URLSearchParams(query.trim()).get('target')) return;
  throw new QueryRefused('the query has no target: it is a query string such as target=…&from=-5min');
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

/** PromQL, as far as brackets and quotes go. */
function balanced(query: string): void {
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
