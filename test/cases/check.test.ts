import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { check } from '../../src/check/check.js';
import { Manifests } from '../../src/check/manifest.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { CASES, manifestNames, manifestText } from './cases.js';

/** Advice that any manifest of this size gets, and what isn't in its file. */
const ADVICE = ['nothing-judges', 'no-readiness-probe', 'no-liveness-probe', 'max-unavailable', 'not-looked-at'];

describe('a check of a manifest that has made a release go wrong', () => {
  test('each is listed, and has its manifest', () => {
    assert.deepEqual([...manifestNames()].sort(), Object.keys(CASES).sort());
  });

  for (const [name, { shows, check: expected }] of Object.entries(CASES)) {
    test(`${name}: ${shows}`, async () => {
      const manifests = Manifests.read(manifestText(name, 'test'), `${name}.yaml`, 'test');
      const reports = await check(manifests, { settings: DEFAULT_SETTINGS });
      const said = reports.flatMap(({ name: canary, findings }) =>
        findings
          .filter(({ rule }) => !ADVICE.includes(rule))
          .map(({ rule, field, value }) => `${canary}: ${rule} ${String(rule === 'foreign-object' ? value : field)}`),
      );
      assert.deepEqual(said, expected);
      assert.ok(reports.length > 0);
    });
  }
});
