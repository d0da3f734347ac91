import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseMetricTemplate } from '../../src/crds/metric-template.js';
import { setAt } from './fixtures.js';

function template(edits: Readonly<Record<string, unknown>> = {}): object {
  const object = {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { name: 'not-found', namespace: 'test', generation: 2 },
    spec: { provider: { type: 'prometheus', address: 'http://prometheus:9090' }, query: 'up' },
  };
  for (const [path, value] of Object.entries(edits)) setAt(object, path, value);
  return object;
}

test('a template is read', () => {
  const parsed = parseMetricTemplate(
    template({ 'spec.provider.headers': { 'X-Scope': ['a', 'b'] }, 'spec.provider.secretRef': { name: 's' } }),
  );
  assert.deepEqual(parsed, {
    ok: true,
    value: {
      name: 'not-found',
      namespace: 'test',
      generation: 2,
      provider: {
        type: 'prometheus',
        address: 'http://prometheus:9090',
        headers: { 'X-Scope': ['a', 'b'] },
        secretRef: { name: 's' },
        region: undefined,
        insecureSkipVerify: false,
      },
      query: 'up',
    },
  });
});

test('a provider with an address of its own needs none', () => {
  assert.ok(parseMetricTemplate(template({ 'spec.provider': { type: 'datadog' } })).ok);
});

describe('refusals', () => {
  const rows: readonly (readonly [Readonly<Record<string, unknown>>, string, string, RegExp])[] = [
    [{ 'spec.provider.type': 'nagios' }, 'spec.provider.type', '"nagios"', /one of prometheus, influxdb/],
    [{ 'spec.provider': undefined }, 'spec.provider', '(nothing)', /required/],
    ...['Host', 'content-length', 'Transfer-Encoding', 'CONNECTION'].map(
      (name): [Record<string, unknown>, string, string, RegExp] => [
        { 'spec.provider.headers': { 'X-Scope': ['a'], [name]: ['a'] } },
        `spec.provider.headers.${name}`,
        '(a value not shown here)',
        /it belongs to the connection/,
      ],
    ),
    [{ 'spec.query': undefined }, 'spec.query', '(nothing)', /required/],
    [{ 'spec.query': ' ' }, 'spec.query', '" "', /write the query/],
    [{ 'spec.provider.address': undefined }, 'spec.provider.address', '(nothing)', /URL of prometheus/],
    [{ 'spec.provider.address': 'u:hunter2@p' }, 'spec.provider.address', '(a value not shown here)', /whole URL/],
    [{ 'spec.provider.headers': { a: 'hunter2' } }, 'spec.provider.headers.a', '(a value not shown here)', /a list/],
    [{ 'spec.provider': { type: 'cloudwatch' } }, 'spec.provider.region', '(nothing)', /region not specified/],
    [{ 'spec.provider.secretRef': {} }, 'spec.provider.secretRef.name', '(nothing)', /required/],
  ];
  for (const [edits, field, value, remedy] of rows) {
    test(`${field} ${value}`, () => {
      const parsed = parseMetricTemplate(template(edits));
      assert.ok(!parsed.ok, 'accepted');
      assert.deepEqual([parsed.refusal.field, parsed.refusal.value, parsed.refusal.generation], [field, value, 2]);
      assert.match(parsed.refusal.remedy, remedy);
    });
  }
});
