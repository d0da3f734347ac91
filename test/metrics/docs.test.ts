import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseCanary } from '../../src/crds/canary.js';
import { parseMetricTemplate } from '../../src/crds/metric-template.js';
import { METRIC_PROVIDER_TYPES } from '../../src/crds/schema/metric-template.js';
import { renderQuery } from '../../src/metrics/model.js';
import { createProvider } from '../../src/metrics/registry.js';
import { OPTIONS } from '../crds/fixtures.js';
import { MINUTE } from './template.js';

const read = (page: string): string => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
const pageOf = (type: string): string => read(`metrics/${type}.md`);
const pages = [read('metrics.md'), ...METRIC_PROVIDER_TYPES.map(pageOf)].join('\n');

const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  stringData: z.record(z.string(), z.string()).optional(),
});

const objects = [...pages.matchAll(/^```yaml\n(.*?)^```$/gms)]
  .flatMap(([, text = '']) => parseAllDocuments(text))
  .map((document) => objectSchema.parse(document.toJS()));
const secrets = new Map(
  objects.filter(({ kind }) => kind === 'Secret').map(({ metadata, stringData }) => [metadata.name, stringData]),
);

/** Named otherwise in each template. */
const MODEL = {
  name: 'cart',
  namespace: 'shop',
  target: 'cart',
  service: 'cart',
  ingress: 'cart',
  route: 'cart',
  interval: '1m',
  variables: { code: '404', id: '1' },
};

function templateOf(object: object) {
  const parsed = parseMetricTemplate({
    ...object,
    metadata: { namespace: 'shop', generation: 1, ...metadataOf(object) },
  });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function metadataOf(object: object): object {
  return objectSchema.parse(object).metadata;
}

const templates = objects.filter(({ kind }) => kind === 'MetricTemplate').map(templateOf);

describe('docs/metrics.md and the pages of the providers', () => {
  test('each provider has a page with an example of its own', () => {
    for (const type of METRIC_PROVIDER_TYPES) assert.match(pageOf(type), new RegExp(`^    type: ${type}$`, 'm'), type);
  });

  test('has an example of every provider', () => {
    assert.deepEqual(templates.map(({ provider }) => provider.type).sort(), [...METRIC_PROVIDER_TYPES].sort());
  });

  for (const { name, provider, query } of templates) {
    test(`${name} can be used as it is written`, () => {
      const credentials = provider.secretRef && secrets.get(provider.secretRef.name);
      assert.equal(credentials === undefined, provider.secretRef === undefined, 'the Secret is on the page');
      assert.doesNotThrow(() =>
        createProvider({ provider, interval: MINUTE, ...(credentials ? { credentials } : {}) }),
      );
      const rendered = renderQuery(query, MODEL);
      if (provider.type === 'cloudwatch') assert.doesNotThrow(() => void JSON.parse(rendered));
    });
  }

  test('the Canary is a Canary', () => {
    const [canary] = objects.filter(({ kind }) => kind === 'Canary');
    const metadata = { uid: 'u', generation: 1, ...metadataOf(canary ?? {}) };
    const parsed = parseCanary({ ...canary, metadata }, OPTIONS);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.deepEqual(
      parsed.value.analysis.metrics.map(({ sources }) => sources.map(({ kind }) => kind)),
      [['builtin'], ['builtin'], ['template']],
    );
  });
});
