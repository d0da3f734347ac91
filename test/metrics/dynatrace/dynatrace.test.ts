import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createProvider } from '../../../src/metrics/registry.js';
import { testProviderContract } from '../provider-contract.js';
import { never, serveVendor } from '../../harness/http/server.js';
import { dynatrace, tuples } from './vendor.js';
import { MINUTE, NOW, provider } from '../template.js';

testProviderContract(dynatrace);

describe('dynatrace', () => {
  for (const [what, more, milliseconds] of [
    ['ten intervals', {}, 600_000],
    ['the time since the weight changed', { notBefore: NOW - 45_500 }, 45_500],
  ] as const) {
    test(`looks back ${what}, below the address's path`, async (t) => {
      const { url, asked } = await serveVendor(t, () => tuples(1));
      const options = {
        provider: provider(`${url}/e/abc/`, { type: 'dynatrace' }),
        credentials: { dynatrace_token: 'zQ7\n' },
        interval: MINUTE,
        now: () => NOW,
        ...more,
      };
      await createProvider(options).query('builtin:x', never);
      assert.equal(asked[0]?.url.pathname, '/e/abc/api/v2/metrics/query');
      assert.deepEqual(Object.fromEntries(asked[0].url.searchParams), {
        metricSelector: 'builtin:x',
        resolution: 'Inf',
        from: String(NOW - milliseconds),
        to: String(NOW),
      });
      assert.equal(asked[0].headers.authorization, 'Api-Token zQ7');
    });
  }
});
