import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { check } from '../../src/check/check.js';
import { Manifests } from '../../src/check/manifest.js';
import { PROVIDERS } from '../../src/crds/schema/canary.js';
import { SUPPORT } from '../../src/crds/support.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
const examples = ['strategies', 'providers'].flatMap((room) =>
  readdirSync(join(folder, room)).map((name) => join(folder, room, name)),
);
const read = (path: string): Manifests => Manifests.read(readFileSync(path, 'utf8'), relative(folder, path));
const app = read(join(folder, 'app.yaml'));

describe('an example', () => {
  for (const path of examples) {
    test(`${relative(folder, path)} has nothing that a check complains of`, async () => {
      const [report, ...more] = await check(app.with(read(path)), { settings: DEFAULT_SETTINGS });
      assert.equal(more.length, 0, 'one Canary a file');
      assert.deepEqual(report?.findings, []);
      assert.ok(report.best);
    });
  }

  test('is there for every traffic provider', () => {
    const used = new Set(examples.map((path) => (read(path).canaries[0]?.['spec'] as { provider: string }).provider));
    const versions = (provider: string): string => provider.replace(/:v1(beta1)?$/, '');
    const wanted = PROVIDERS.filter((provider) => SUPPORT.providers[provider]).map(versions);
    assert.deepEqual([...new Set([...used].map(versions))].sort(), [...new Set(wanted)].sort());
  });
});
