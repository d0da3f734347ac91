import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { filled, mistakeIn, temporalLink } from '../../src/api/live/link-templates.js';
import { queryText } from '../../src/metrics/query-text.js';
import type { MetricTemplate } from '../../src/crds/metric-template.js';

const names = { namespace: 'test', name: 'podinfo', target: 'podinfo-app' };
const from = Date.parse('2026-01-02T10:00:00Z');
const span = { from, to: from + 60_000 };
const QUERY = 'sum(rate(x{code="500"}[1m])) > 0';

describe('links', () => {
  test('lead to exactly the run', () => {
    assert.equal(
      temporalLink('https://ui.example/', 'prod', 'canary/default/test/podinfo', 'r-1'),
      'https://ui.example/namespaces/prod/workflows/canary%2Fdefault%2Ftest%2Fpodinfo/r-1/history',
    );
  });

  test('lead to exactly the query and its window', () => {
    const prometheus = 'http://p:9090/query?g0.expr={query}&g0.range_input={seconds}s&g0.end_input={end}';
    const url = new URL(filled(prometheus, names, span, QUERY));
    assert.equal(url.searchParams.get('g0.expr'), QUERY);
    assert.equal(url.searchParams.get('g0.range_input'), '60s');
    assert.equal(url.searchParams.get('g0.end_input'), '2026-01-02 10:01:00');
    const grafana = 'http://g/explore?left={"q":"{query_json}","from":"{from}","to":"{to}"}';
    const left = JSON.parse(new URL(filled(grafana, names, span, QUERY)).searchParams.get('left') ?? '') as object;
    assert.deepEqual(left, { q: QUERY, from: String(span.from), to: String(span.to) });
  });

  test('to logs go on until now while the release does', () => {
    const logs = 'http://l/?ns={namespace}&app={target}&from={from}&to={to}';
    assert.equal(filled(logs, names, { from, to: undefined }), `http://l/?ns=test&app=podinfo-app&from=${from}&to=now`);
  });

  test('are refused where their template can’t be filled in', () => {
    assert.equal(mistakeIn('metrics', 'http://p/?q={query}'), undefined);
    assert.match(mistakeIn('logs', 'http://p/?q={query}') ?? '', /^there is no \{query\}; there are \{namespace\}, /);
    assert.match(mistakeIn('logs', 'javascript:alert(1)') ?? '', /must be a URL that begins with http/);
  });
});

describe('the query of a metric', () => {
  const context = {
    names: { ...names, service: 'podinfo', ingress: 'podinfo', route: 'podinfo' },
    metricsProvider: 'apisix',
    flavour: 'canary-only',
  } as const;
  const template = (type: 'prometheus' | 'datadog'): MetricTemplate => ({
    ...{
      name: 't',
      namespace: 'test',
      generation: 1,
      query: 'errors{ns="{{ namespace }}", v="{{ variables.v }}"}[{{ interval }}]',
    },
    provider: {
      type,
      address: 'http://p',
      headers: {},
      secretRef: undefined,
      region: undefined,
      insecureSkipVerify: false,
    },
  });
  const sources = (type: 'prometheus' | 'datadog' = 'prometheus', addresses: readonly string[] = ['10.0.0.1']) => ({
    template: () => Promise.resolve(template(type)),
    canaryAddresses: () => Promise.resolve(addresses),
  });
  const minute = { text: '1m', seconds: 60 };
  const builtin = { kind: 'builtin', builtin: 'request-success-rate', interval: minute, range: {} } as const;
  const templateRef = { name: 't', namespace: 'test' };
  const ofTemplate = { kind: 'template', templateRef, interval: minute, range: {}, variables: { v: '1' } } as const;

  test('is what an analysis sends, for the window that it looked back on', async () => {
    const text = await queryText(builtin, context, sources(), 20);
    assert.match(
      text ?? '',
      /apisix_http_status\{ route=~"test_podinfo-podinfo-canary_\.\+", node=~"10[^"]+" \}\[20s\]/,
    );
    assert.equal(await queryText(ofTemplate, context, sources(), 60), 'errors{ns="test", v="1"}[1m]');
    assert.equal(
      await queryText({ kind: 'query', query: 'up', interval: minute, range: {} }, context, sources(), 20),
      'up',
    );
  });

  test('is none where nobody speaks PromQL, or there are no pods to ask about', async () => {
    assert.equal(await queryText(ofTemplate, context, sources('datadog'), 60), undefined);
    assert.equal(await queryText(builtin, context, sources('prometheus', []), 60), undefined);
  });
});
