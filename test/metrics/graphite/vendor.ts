import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer } from '../../harness/http/server.js';
import { create, NOW } from '../template.js';

const BASIC = { username: 'xWq-reader', password: 'Yk"9 pass\\word%2F' };

/** An answer with a series for each list of values. */
export function series(...all: readonly (readonly (number | string | null)[])[]): Answer {
  return json(
    200,
    all.map((values, index) => ({
      target: `series.${index}`,
      tags: {},
      datapoints: values.map((value, at) => [value, NOW / 1_000 + 60 * (at - values.length)]),
    })),
  );
}

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return series(scenario.values);
    case 'empty':
      return json(200, []);
    case 'not a number':
      return series([null, null]);
    case 'server error':
      return { status: 500, body: 'Traceback (most recent call last): no carbonlink' };
    case 'bad query':
      return { status: 400, body: 'Invalid target: sumSeries(' };
  }
}

/**
 * Graphite, as its documentation has the render API with `format=json`: lists of points of value and time, null where
 * there is none.
 *
 * @see https://graphite.readthedocs.io/en/stable/render_api.html
 */
export const graphite: ContractSubject = {
  name: 'graphite',
  credentials: BASIC,
  secrets: Object.values(BASIC),
  query: 'target=sumSeries(shop.*.errors)&from=-1min',
  awkwardQuery: 'target=alias(scale(a.{b,c}.d,0.1),"x%2By %26 z")&from=-1min',
  create: (given) => create('graphite', given),
  answer,
  complaint: 'Invalid target',
  online: ({ url }) => (url.searchParams.get('target') === 'test' ? json(200, []) : { status: 400, body: 'no probe' }),
  queryIn: ({ url }) => {
    if (url.pathname !== '/render' || url.searchParams.get('format') !== 'json') return undefined;
    const target = url.searchParams.get('target') ?? '';
    return `target=${target.replaceAll('+', '%2B').replaceAll('&', '%26')}&from=${url.searchParams.get('from')}`;
  },
  isAuthorized: ({ headers }) =>
    headers.authorization === `Basic ${Buffer.from(`${BASIC.username}:${BASIC.password}`).toString('base64')}`,
  unauthorized: { status: 401, body: 'Authorization Required' },
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 7,
  withoutAddress: /^graphite address is not a valid URL: set spec\.provider\.address of the template to one such as/,
};
