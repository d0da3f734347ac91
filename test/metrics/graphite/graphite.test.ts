import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { ProviderError } from '../../../src/metrics/errors.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { testProviderContract } from '../provider-contract.js';
import { never, serveVendor, type Answer } from '../../harness/http/server.js';
import { graphite, series } from './vendor.js';
import { provider } from '../template.js';

testProviderContract(graphite);

async function asking(t: TestContext, answer: Answer, path = '') {
  const { url, asked } = await serveVendor(t, () => answer);
  return { asked, opened: createProvider({ provider: provider(`${url}${path}`, { type: 'graphite' }) }) };
}

describe('graphite', () => {
  test('the query is the URL’s query string; its whitespace is collapsed', async (t) => {
    const { asked, opened } = await asking(t, series([1]), '/graphite/');
    await opened.query('target=summarize(\n  a.b,\n  "1min"\n)&target=c&from=-5min&format=png\n', never);
    assert.equal(asked[0]?.url.pathname, '/graphite/render');
    assert.deepEqual(
      [...asked[0].url.searchParams],
      [
        ['target', 'summarize( a.b, "1min" )'],
        ['target', 'c'],
        ['from', '-5min'],
        ['format', 'json'],
      ],
    );
    assert.equal(asked[0].headers.authorization, undefined);
  });

  const values: readonly (readonly [string, Answer, number])[] = [
    ['the last with a value, over all series', series([1, 2], [3, null], [null]), 3],
    ['a number in a text', series([1, '2.5']), 2.5],
    ['one beyond all numbers', { status: 200, body: '[{"target":"a","datapoints":[[1e9999,1]]}]' }, Infinity],
  ];
  for (const [what, answer, expected] of values) {
    test(what, async (t) => {
      const { opened } = await asking(t, answer);
      assert.equal(await opened.query('target=a', never), expected);
    });
  }

  test('a text that is no number is no answer of a Graphite', async (t) => {
    const { opened } = await asking(t, series(['many']));
    await assert.rejects(opened.query('target=a', never), ProviderError);
  });
});
