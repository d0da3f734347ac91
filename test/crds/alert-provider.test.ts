import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAlertProvider } from '../../src/crds/alert-provider.js';

function provider(spec: object): object {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'AlertProvider',
    metadata: { name: 'on-call', namespace: 'test', generation: 2 },
    spec,
  };
}

describe('an alert provider is read', () => {
  const common = { name: 'on-call', namespace: 'test', generation: 2, type: 'slack' };

  test('with an address', () => {
    assert.deepEqual(parseAlertProvider(provider({ type: 'slack', address: 'https://hooks.test/x' })), {
      ok: true,
      value: {
        ...common,
        channel: 'general',
        username: 'flagger',
        proxy: undefined,
        target: { kind: 'address', address: 'https://hooks.test/x' },
      },
    });
  });

  test('with a Secret', () => {
    const spec = {
      type: 'slack',
      channel: 'ops',
      username: 'bird',
      proxy: 'http://proxy:3128',
      secretRef: { name: 's' },
    };
    assert.deepEqual(parseAlertProvider(provider(spec)), {
      ok: true,
      value: {
        ...common,
        channel: 'ops',
        username: 'bird',
        proxy: 'http://proxy:3128',
        target: { kind: 'secret', secretName: 's' },
      },
    });
  });
});

describe('refusals', () => {
  const hidden = '(a value not shown here)';
  const rows: readonly (readonly [object, string, string, RegExp])[] = [
    [
      { type: 'pigeon', address: 'https://a.test' },
      'spec.type',
      '"pigeon"',
      /one of slack, msteams, discord, rocket, gchat, lark, alertmanager, webhook/,
    ],
    [{ type: 'slack' }, 'spec', 'an object', /exactly one of address, secretRef/],
    [
      { type: 'slack', address: 'https://a.test', secretRef: { name: 's' } },
      'spec.secretRef',
      'an object',
      /address is set too/,
    ],
    [{ type: 'slack', address: '' }, 'spec.address', '(nothing)', /URL/],
    [{ type: 'slack', address: 'hunter2' }, 'spec.address', hidden, /whole URL/],
    [{ type: 'slack', address: 'https://a.test', proxy: 'hunter2' }, 'spec.proxy', hidden, /whole URL/],
  ];
  for (const [spec, field, value, remedy] of rows) {
    test(JSON.stringify(spec), () => {
      const parsed = parseAlertProvider(provider(spec));
      assert.ok(!parsed.ok, 'accepted');
      assert.deepEqual([parsed.refusal.field, parsed.refusal.value], [field, value]);
      assert.match(parsed.refusal.remedy, remedy);
    });
  }
});
