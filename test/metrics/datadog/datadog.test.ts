import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { UserError } from '../../../src/errors.js';
import { QueryRefused } from '../../../src/metrics/errors.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { testProviderContract } from '../provider-contract.js';
import { json, never, serveVendor, type Answer } from '../../harness/http/server.js';
import { datadog, KEYS, series } from './vendor.js';
import { MINUTE, NOW, provider } from '../template.js';

testProviderContract(datadog);

async function asking(t: TestContext, answer: Answer, more: { readonly notBefore?: number } = {}) {
  const { url, asked } = await serveVendor(t, () => answer);
  const options = { credentials: KEYS, interval: MINUTE, now: () => NOW, ...more };
  return { asked, opened: createProvider({ provider: provider(url, { type: 'datadog' }), ...options }) };
}

describe('datadog', () => {
  test('looks back ten intervals, in seconds', async (t) => {
    const { asked, opened } = await asking(t, series(1));
    await opened.query('avg:x{*}', never);
    const { searchParams, pathname } = asked[0]?.url ?? new URL('http://nothing');
    assert.equal(pathname, '/api/v1/query');
    assert.equal(searchParams.get('to'), String(NOW / 1_000));
    assert.equal(searchParams.get('from'), String(NOW / 1_000 - 600));
  });

  const windows: readonly (readonly [string, number, number])[] = [
    ['to the last change of weight', NOW - 90_000, 90],
    ['no further than ten intervals', NOW - 3_600_000, 600],
    ['a second at least', NOW - 10, 1],
    ['a second at least, by a clock that goes ahead', NOW + 60_000, 1],
  ];
  for (const [what, notBefore, seconds] of windows) {
    test(`looks back ${what}`, async (t) => {
      const { asked, opened } = await asking(t, series(1), { notBefore });
      await opened.query('avg:x{*}', never);
      assert.equal(asked[0]?.url.searchParams.get('from'), String(NOW / 1_000 - seconds));
    });
  }

  test('a newest point without a value is passed over', async (t) => {
    const { opened } = await asking(t, series(4, 5, null));
    assert.equal(await opened.query('avg:x{*}', never), 5);
  });

  test('a point whose time has not ended counts only where there is no other', async (t) => {
    const points = (...pointlist: readonly (readonly [number, number])[]) =>
      json(200, { status: 'ok', series: [{ metric: 'x', interval: 60, pointlist }] });
    const [before, running] = [[NOW - 90_000, 4] as const, [NOW - 30_000, 1] as const];
    for (const [answer, value] of [
      [points(before, running), 4],
      [points(running, before), 4],
      [points(running), 1],
    ] as const) {
      const { opened } = await asking(t, answer);
      assert.equal(await opened.query('avg:x{*}', never), value);
    }
  });

  test('a query that is refused with status 200', async (t) => {
    const { opened } = await asking(t, json(200, { status: 'error', error: 'No such metric x', series: [] }));
    await assert.rejects(opened.query('avg:x{*}', never), (error: Error) => {
      assert.ok(error instanceof QueryRefused);
      assert.equal(error.message, 'error response: No such metric x');
      return true;
    });
  });

  test('headers of the template are sent, and can’t take the place of the keys', async (t) => {
    const { url, asked } = await serveVendor(t, () => series(1));
    const headers = { 'X-Team': ['a'], 'dd-api-key': ['other'] };
    const options = { provider: provider(url, { type: 'datadog', headers }), credentials: KEYS, interval: MINUTE };
    await createProvider(options).query('avg:x{*}', never);
    assert.equal(asked[0]?.headers['x-team'], 'a');
    assert.equal(asked[0].headers['dd-api-key'], KEYS.datadog_api_key);
  });

  const refusals: readonly (readonly [string, object, RegExp])[] = [
    ['no Secret', {}, /^datadog needs credentials: set spec\.provider\.secretRef .* with datadog_api_key$/],
    ['no key', { credentials: {} }, /^datadog credentials does not contain a datadog_api_key$/],
    ['an empty key', { credentials: { datadog_api_key: ' \n' } }, /does not contain a datadog_api_key$/],
    [
      'no application key',
      { credentials: { datadog_api_key: 'a' } },
      /^datadog credentials does not contain a datadog_application_key$/,
    ],
    [
      'no interval',
      { credentials: KEYS, interval: undefined },
      /^error parsing metric interval: time: invalid duration "": set interval of the metric/,
    ],
    [
      'a key with a line break inside',
      { credentials: { ...KEYS, datadog_api_key: 'hush\nhush' } },
      /^header "DD-API-KEY" can't be sent: it has characters that HTTP doesn't allow$/,
    ],
    [
      'an address that is none',
      { credentials: KEYS, address: 'datadoghq' },
      /^datadog address is not a valid URL: set spec\.provider\.address .* such as https:\/\/api\.datadoghq\.eu$/,
    ],
  ];
  for (const [what, { address, ...given }, message] of refusals as readonly (readonly [
    string,
    { readonly address?: string },
    RegExp,
  ])[]) {
    test(`can’t be used with ${what}`, () => {
      const options = { provider: provider(address, { type: 'datadog' }), interval: MINUTE, ...given };
      assert.throws(
        () => createProvider(options),
        (error: Error) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /hush/);
          return true;
        },
      );
    });
  }
});
