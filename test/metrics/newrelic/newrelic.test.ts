import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { QueryRefused } from '../../../src/metrics/errors.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { testProviderContract } from '../provider-contract.js';
import { never, serveVendor, type Answer } from '../../harness/http/server.js';
import { KEYS, newRelic, results } from './vendor.js';
import { MINUTE, NOW, provider } from '../template.js';

testProviderContract(newRelic);

async function asking(t: TestContext, answer: Answer, more: object = {}) {
  const { url, asked } = await serveVendor(t, () => answer);
  const options = { credentials: KEYS, interval: MINUTE, now: () => NOW, ...more };
  return { asked, opened: createProvider({ provider: provider(url, { type: 'newrelic' }), ...options }) };
}

describe('newrelic', () => {
  const spans: readonly (readonly [string, object, number])[] = [
    ['the interval', {}, 60],
    ['whole seconds', { interval: { text: '90500ms', seconds: 90.5 } }, 90],
    ['the time since the weight changed', { notBefore: NOW - 12_900 }, 12],
    ['a second at least', { notBefore: NOW }, 1],
  ];
  for (const [what, more, seconds] of spans) {
    test(`looks back ${what}`, async (t) => {
      const { asked, opened } = await asking(t, results({ result: 1 }), more);
      await opened.query('SELECT percentage(count(*), WHERE error) FROM Transaction\n', never);
      assert.equal(
        asked[0]?.url.searchParams.get('nrql'),
        `SELECT percentage(count(*), WHERE error) FROM Transaction SINCE ${seconds} seconds ago`,
      );
    });
  }

  const refused: readonly (readonly [string, Answer, string])[] = [
    ['two results', results({ result: 1 }, { result: 2 }), 'query returned multiple values'],
    ['another function’s name', results({ average: 1 }), 'query returned average, not a single result'],
    ['nothing in it', results({}), 'query returned nothing, not a single result'],
    ['a text', results({ result: 'many' }), 'query returned a result that is not a number'],
  ];
  for (const [what, answer, message] of refused) {
    test(`a result with ${what}`, async (t) => {
      const { opened } = await asking(t, answer);
      await assert.rejects(opened.query('SELECT x', never), (error: Error) => {
        assert.ok(error instanceof QueryRefused);
        assert.equal(error.message, message);
        return true;
      });
    });
  }

  test('the account is a part of the path, whatever it is made of, and is shown to nobody', async (t) => {
    const { url, asked } = await serveVendor(t, () => ({ status: 500, body: 'down' }));
    const credentials = { ...KEYS, newrelic_account_id: '../12 34' };
    const options = { provider: provider(url, { type: 'newrelic' }), credentials, interval: MINUTE };
    await assert.rejects(createProvider(options).query('SELECT x', never), /down$/);
    assert.equal(asked[0]?.url.pathname, '/v1/accounts/..%2F12%2034/query');
  });
});
