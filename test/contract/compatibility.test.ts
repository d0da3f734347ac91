import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canarySpecSchema, PROVIDERS } from '../../src/crds/schema/canary.js';
import { canaryStatusSchema } from '../../src/crds/schema/status.js';
import { SUPPORT } from '../../src/crds/support.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${root}docs/compatibility.md`, 'utf8');

interface Row {
  readonly what: string;
  readonly state: string;
  readonly tests: readonly string[];
}

const rows: readonly Row[] = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.includes('| state') && !/^\|[ -]+\|/.test(line))
  .map((line) => {
    const [what = '', state = '', tests = ''] = line.split(' | ').map((cell) => cell.replace(/^\||\|$/g, '').trim());
    return {
      what,
      state: state.split(' – ')[0]?.trim() ?? '',
      tests: [...tests.matchAll(/`([^`]+)`/g)].map(([, t = '']) => t),
    };
  });

describe('docs/compatibility.md', () => {
  test('no row is without a state', () => {
    assert.ok(rows.length > 50, `${rows.length} rows`);
    for (const { what, state } of rows) {
      assert.ok(['done', 'better', 'refused', 'not built'].includes(state), `${what}: ${state}`);
    }
  });

  test('every row that is built names tests, and they exist', () => {
    for (const { what, state, tests } of rows) {
      if (state === 'not built') continue;
      assert.ok(tests.length > 0, `${what} names no test`);
      for (const file of tests) assert.ok(existsSync(root + file), `${what}: ${file} doesn't exist`);
    }
  });

  test('it names every field of the schemas', () => {
    const listed = rows.map(({ what }) => what).join('\n');
    const named = (field: string): boolean => new RegExp(`[\`.]${field}(\\[\\])?\``).test(listed);
    const fields = (schema: { readonly shape: object }): readonly string[] => Object.keys(schema.shape);
    const { service, analysis } = canarySpecSchema.shape;
    const all = [canarySpecSchema, service.unwrap(), analysis, canaryStatusSchema].flatMap(fields);
    assert.deepEqual(
      all.filter((field) => !['service', 'analysis', 'conditions'].includes(field) && !named(field)),
      [],
    );
  });

  test('it says of every traffic provider what the table of what is built says', () => {
    for (const provider of PROVIDERS) {
      const family = provider.split(':')[0] ?? provider;
      const row = rows.find(
        ({ what }) =>
          what.includes(`\`${provider}\``) || what.includes(`\`${family}:*\``) || what.includes(`\`${family}*\``),
      );
      assert.ok(row, `${provider} has no row`);
      assert.equal(row.state === 'refused', !SUPPORT.providers[provider], provider);
    }
  });
});
