import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { METRIC_PROVIDER_TYPES } from '../../src/crds/schema/metric-template.js';

for (const type of METRIC_PROVIDER_TYPES) {
  test(`${type} is put to the contract of metrics providers`, () => {
    const folder = new URL(`${type}/`, import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
    const texts = files.map((file) => readFileSync(new URL(file, folder), 'utf8'));
    assert.ok(
      texts.some((text) => text.includes('testProviderContract(')),
      `no test of ${type} calls the contract`,
    );
  });
}
