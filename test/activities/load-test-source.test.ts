import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { CanaryContext } from '../../src/canary/read.js';
import type { Meters } from '../../src/meters/port.js';
import { createChecks } from '../../src/checks/live-checks.js';
import { policyInForce } from '../../src/canary/policy.js';
import { parseCanary } from '../../src/crds/canary.js';
import { policyOfCanary } from '../../src/crds/policy.js';
import { initialState } from '../../src/domain/initial.js';
import type { Policy } from '../../src/domain/policy.js';
import type { ClusterCache } from '../../src/kube/cache.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { asked } from '../../src/workflows/asked.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';
import { json, reply, serve } from '../harness/http/server.js';

const KEY = { cluster: 'c', namespace: 'test', name: 'podinfo' };
const silent = () => undefined;

/** The walkthrough's Canary, whose load the release shall make itself or not. */
function canaryOf(edits: Readonly<Record<string, unknown>>) {
  const parsed = parseCanary(canaryWith({ 'spec.analysis.metrics': [], ...edits }), OPTIONS);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

const NATIVE = { 'metadata.annotations': { 'serinus.dev/load-test': 'native' } };
const before = policyOfCanary(canaryOf({}));
const after = policyOfCanary(canaryOf(NATIVE));
const changed = policyOfCanary(canaryOf({ ...NATIVE, 'metadata.generation': 5 }));

function standingWith(policy: Policy | undefined) {
  const taken = { epoch: 1, phase: 'Progressing', weight: 10, failedChecks: 0, iterations: 0 } as const;
  const known = { applied: undefined, promoted: 'v1', markedInvalid: false };
  const cause = { id: 'c', kind: 'target', by: 'test' } as const;
  return asked({ ...initialState(KEY, cause, { ...taken, ...known }, 0), policy });
}

test('the annotation counts when the policy is news, in both directions', () => {
  assert.deepEqual([before.loadTests, after.loadTests], [[], ['load-test']]);
  assert.deepEqual(policyInForce(after, standingWith(before)).loadTests, [], 'set in mid-release');
  assert.deepEqual(policyInForce(before, standingWith(after)).loadTests, ['load-test'], 'removed in mid-release');
  assert.deepEqual(
    policyInForce(changed, standingWith(before)).loadTests,
    ['load-test'],
    'set with a change of the spec',
  );
  assert.deepEqual(policyInForce(after, standingWith(undefined)).loadTests, ['load-test'], 'at the first look');
  const { knownLoadTests: _absent, ...older } = standingWith(before);
  assert.deepEqual(policyInForce(after, older).loadTests, ['load-test'], 'as a workflow of before has it');
});

/** How often the load tester is called in an analysis of the annotated Canary. */
async function callsBy(t: TestContext, policy: Policy): Promise<number> {
  let calls = 0;
  const { url } = await serve(t, (_request, response) => {
    calls += 1;
    reply(response, json(200, {}));
  });
  const canary = canaryOf({ ...NATIVE, 'spec.analysis.webhooks[0].url': url });
  const nobody = { called: silent } as unknown as ClusterCache & Meters;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const checks = createChecks(nobody, DEFAULT_SETTINGS, nobody, log);
  const standing = { applied: undefined, policy, weight: 0, weightSince: 0 };
  const inquiry = { occasion: 'test', signal: new AbortController().signal };
  await checks.analysis({ canary } as CanaryContext, standing, inquiry);
  return calls;
}

test('a name that several webhooks bear tells none of them: each is called, and none is a repetition of another', async (t) => {
  const seen: unknown[] = [];
  const { url } = await serve(t, (request, response) => {
    seen.push(request.headers['idempotency-key']);
    reply(response, json(200, {}));
  });
  const load = { name: 'same', url, metadata: { cmd: 'hey -z 1m http://podinfo.test/' } };
  const canary = canaryOf({ ...NATIVE, 'spec.analysis.webhooks': [load, { name: 'same', url }] });
  const policy = policyOfCanary(canary);
  assert.deepEqual(policy.loadTests, []);
  const nobody = { called: silent } as unknown as ClusterCache & Meters;
  const checks = createChecks(nobody, DEFAULT_SETTINGS, nobody, {
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
  });
  const standing = { applied: undefined, policy, weight: 0, weightSince: 0 };
  await checks.analysis({ canary } as CanaryContext, standing, {
    occasion: 'test',
    signal: new AbortController().signal,
  });
  assert.equal(seen.length, 2);
  assert.equal(new Set(seen).size, 2);
});

test('the load tester is called until the release makes the load itself', async (t) => {
  assert.equal(await callsBy(t, before), 1);
  assert.equal(await callsBy(t, after), 0);
});
