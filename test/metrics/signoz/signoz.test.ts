import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { NoValuesFound, QueryRefused } from '../../../src/metrics/errors.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { testProviderContract } from '../provider-contract.js';
import { never, serveVendor, type Answer } from '../../harness/http/server.js';
import { API_KEY, bodySchema, resultsOf, seriesOf, signoz, tableOf } from './vendor.js';
import { MINUTE, NOW, provider } from '../template.js';

testProviderContract(signoz);

async function asking(t: TestContext, answer: Answer, more: object = {}) {
  const { url, asked } = await serveVendor(t, () => answer);
  const options = { credentials: { apiKey: API_KEY }, interval: MINUTE, now: () => NOW, ...more };
  return { asked, opened: createProvider({ provider: provider(`${url}/sn`, { type: 'signoz' }), ...options }) };
}

describe('signoz', () => {
  for (const [what, more, milliseconds] of [
    ['ten intervals', {}, 600_000],
    ['the time since the weight changed', { notBefore: NOW - 45_000 }, 45_000],
  ] as const) {
    test(`looks back ${what}, below the address's path, whatever times a query has`, async (t) => {
      const { asked, opened } = await asking(t, seriesOf([{ value: 1 }]), more);
      await opened.query('{"start": 1, "end": 2, "compositeQuery": {"queries": []}}', never);
      const [request] = asked;
      assert.equal(`${request?.method} ${request?.url.pathname}`, 'POST /sn/api/v5/query_range');
      assert.equal(request?.headers['content-type'], 'application/json');
      const { start, end, requestType } = bodySchema.parse(JSON.parse(request?.body ?? ''));
      assert.deepEqual(
        { start, end, requestType },
        { start: NOW - milliseconds, end: NOW, requestType: 'time_series' },
      );
    });
  }

  test('a query that asks for a scalar gets one', async (t) => {
    const { asked, opened } = await asking(t, tableOf(['pod-0', 2.5]));
    assert.equal(await opened.query('{"requestType": "scalar"}', never), 2.5);
    assert.equal(bodySchema.parse(JSON.parse(asked[0]?.body ?? '')).requestType, 'scalar');
  });

  test('without a Secret no key is sent', async (t) => {
    const { asked, opened } = await asking(t, seriesOf([{ value: 1 }]), { credentials: undefined });
    await opened.query('{}', never);
    assert.equal(asked[0]?.headers['signoz-api-key'], undefined);
  });

  const values: readonly (readonly [string, Answer, number])[] = [
    ['of the points the last whole one', seriesOf([{ value: 1 }, { value: 2 }, { value: 9, partial: true }]), 2],
    ['infinity', seriesOf([{ value: '-Inf' }]), -Infinity],
    ['zero', seriesOf([{ value: 0 }]), 0],
    ['an infinite scalar', tableOf(['pod-0', 'Inf']), Infinity],
  ];
  for (const [what, answer, expected] of values) {
    test(what, async (t) => {
      const { opened } = await asking(t, answer);
      assert.equal(await opened.query('{}', never), expected);
    });
  }

  for (const [what, answer] of [
    ['no result', resultsOf()],
    ['no series', seriesOf()],
    ['a series without points', seriesOf([])],
    ['no whole bucket', seriesOf([{ value: 1, partial: true }])],
    ['a null point', seriesOf([{ value: null }])],
    ['no rows', tableOf()],
    ['a null in the row', tableOf(['pod-0', null])],
    ['a scalar that is NaN', tableOf(['pod-0', 'NaN'])],
  ] as const) {
    test(`${what}: no values found`, async (t) => {
      const { opened } = await asking(t, answer);
      await assert.rejects(opened.query('{}', never), NoValuesFound);
    });
  }

  const refused: readonly (readonly [string, string, Answer, RegExp])[] = [
    ['two series', '{}', seriesOf([{ value: 1 }], [{ value: 2 }]), /^query returned multiple values$/],
    ['two results', '{}', resultsOf('A', 'F1'), /^query returned multiple values: set "disabled": true/],
    ['two rows', '{}', tableOf(['pod-0', 1], ['pod-1', 2]), /^query returned multiple values$/],
    ['a text', '{}', tableOf(['pod-0', 'many']), /not a number$/],
    ['a query that is no JSON', 'count()', seriesOf(), /^the query is not a JSON object/],
    ['a query that is a list', '[]', seriesOf(), /^the query is not a JSON object/],
  ];
  for (const [what, query, answer, message] of refused) {
    test(`${what} is refused`, async (t) => {
      const { opened } = await asking(t, answer);
      await assert.rejects(opened.query(query, never), (error: Error) => {
        assert.ok(error instanceof QueryRefused, String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('a Secret without the key, and a metric without an interval', () => {
    const options = { provider: provider('http://signoz:8080', { type: 'signoz' }) };
    assert.throws(
      () => createProvider({ ...options, credentials: { token: 'x' }, interval: MINUTE }),
      /^UserError: signoz credentials does not contain a apiKey$/,
    );
    assert.throws(() => createProvider(options), /error parsing metric interval/);
  });
});
