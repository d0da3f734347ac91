import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { printableUrl } from '../../src/http/shown.js';
import { checksumOf, eventMetadata, payloadOf } from '../../src/webhooks/payload.js';

const subject = { name: 'podinfo', namespace: 'test', phase: 'Progressing', checksum: 'c0ffee' };

describe('payloadOf', () => {
  test("has Flagger's keys in Flagger's order, and sorted metadata", () => {
    const body = payloadOf(subject, { type: 'cmd', cmd: 'hey' });
    const expected =
      '{"name":"podinfo","namespace":"test","phase":"Progressing","checksum":"c0ffee","metadata":{"cmd":"hey","type":"cmd"}}';
    assert.equal(body, expected);
  });

  test('leaves empty metadata out', () => {
    const expected = '{"name":"podinfo","namespace":"test","phase":"Progressing","checksum":"c0ffee"}';
    assert.equal(payloadOf(subject), expected);
    assert.equal(payloadOf(subject, {}), expected);
  });
});

test("an event's metadata can't be overridden by the hook's own", () => {
  const own = { eventMessage: 'mine', eventType: 'mine', timestamp: 'mine', team: 'a' };
  assert.deepEqual(eventMetadata({ message: 'New revision detected!', type: 'Normal', at: 1_700_000_000_123 }, own), {
    eventMessage: 'New revision detected!',
    eventType: 'Normal',
    timestamp: '1700000000123',
    team: 'a',
  });
});

describe('checksumOf', () => {
  const revision = fc.record({ hash: fc.string(), configs: fc.dictionary(fc.string(), fc.string()) });

  test('is short, and does not depend on the order of the configs', () => {
    fc.assert(
      fc.property(revision, (r) => {
        const reversed = Object.fromEntries(Object.entries(r.configs).reverse());
        assert.match(checksumOf(r), /^[0-9a-f]{16}$/);
        assert.equal(checksumOf({ ...r, configs: reversed }), checksumOf(r));
      }),
    );
  });

  test('differs when the template or any config differs', () => {
    fc.assert(
      fc.property(revision, fc.string(), fc.string({ minLength: 1 }), (r, name, more) => {
        assert.notEqual(checksumOf({ ...r, hash: r.hash + more }), checksumOf(r));
        const configs = { ...r.configs, [name]: (r.configs[name] ?? '') + more };
        assert.notEqual(checksumOf({ ...r, configs }), checksumOf(r));
      }),
    );
  });
});

describe('printableUrl', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    ['http://flagger-loadtester.test/', 'http://flagger-loadtester.test/'],
    ['https://user:hidden@hooks.example.org:8443/a/b?token=hidden#hidden', 'https://hooks.example.org:8443/a/b'],
    ['http://127.0.0.1:9090', 'http://127.0.0.1:9090/'],
    ['ftp://example.org/', undefined],
    ['file:///etc/passwd', undefined],
    ['loadtester/gate/check', undefined],
    ['', undefined],
  ];
  for (const [url, shown] of table) test(url || '(empty)', () => assert.equal(printableUrl(url), shown));
});
