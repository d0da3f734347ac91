import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNews } from '../../src/canary/policy.js';
import { parseCanary } from '../../src/crds/canary.js';
import { policyOfCanary } from '../../src/crds/policy.js';
import { initialState } from '../../src/domain/initial.js';
import type { Policy } from '../../src/domain/policy.js';
import { asked } from '../../src/workflows/asked.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';

/** The policy of a Canary that differs in its annotations only: its generation is the same. */
function annotated(annotations: Readonly<Record<string, string>>): Policy {
  const parsed = parseCanary(canaryWith({ 'metadata.annotations': annotations }), OPTIONS);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return policyOfCanary(parsed.value);
}

function standingWith(policy: Policy) {
  const taken = { epoch: 1, phase: 'Progressing', weight: 10, failedChecks: 0, iterations: 0 } as const;
  const known = { applied: undefined, promoted: 'v1', markedInvalid: false };
  const cause = { id: 'c', kind: 'target', by: 'test' } as const;
  const key = { cluster: 'c', namespace: 'test', name: 'podinfo' };
  return asked({ ...initialState(key, cause, { ...taken, ...known }, 0), policy });
}

test('a release under way takes over what is annotated meanwhile, set, changed or removed', () => {
  const plain = annotated({});
  const annotations: readonly Readonly<Record<string, string>>[] = [
    { 'serinus.dev/consecutive-failures': '2' },
    { 'serinus.dev/keep-previous': '30m' },
  ];
  for (const annotation of annotations) {
    const policy = annotated(annotation);
    assert.ok(isNews(policy, standingWith(plain)), `${JSON.stringify(annotation)} set`);
    assert.ok(isNews(plain, standingWith(policy)), `${JSON.stringify(annotation)} removed`);
    assert.ok(!isNews(policy, standingWith(policy)), `${JSON.stringify(annotation)} stays`);
  }
  const { knownAnnotated: _absent, ...older } = standingWith(plain);
  assert.ok(
    !isNews(annotated({ 'serinus.dev/consecutive-failures': '2' }), older),
    'a workflow of before tells nothing',
  );
});
