import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adoptionOf } from '../../src/adopt/adoption.js';
import { runningControllers } from '../../src/adopt/controllers.js';
import type { CanaryFacts } from '../../src/adopt/facts.js';
import { givingBackOf } from '../../src/adopt/giving-back.js';
import { handoverAnnotation, handoverIn } from '../../src/adopt/handover.js';
import { NO_TRACES, type Traces } from '../../src/adopt/traces.js';
import { needOf } from '../../src/domain/change.js';
import type { KubeObject } from '../../src/kube/object.js';
import { CONFIG_MAPS, CONTROLLER_REVISIONS, DEPLOYMENTS } from '../../src/kube/object.js';

const REVISION = { hash: 's1aaaaaaaaaaaa', configs: { 'configmap/settings': '0123456789abcdef' } };
const OTHER = { hash: 's1bbbbbbbbbbbb', configs: {} };

/** As Flagger leaves a Canary behind. */
function facts(changes: Partial<CanaryFacts> = {}): CanaryFacts {
  return {
    namespace: 'shop',
    name: 'cart',
    phase: 'Succeeded',
    weight: 0,
    recorded: { applied: { hash: '6c9dbdd48d', configs: REVISION.configs }, promoted: '6c9dbdd48d' },
    recordedHere: false,
    deleting: false,
    suspended: false,
    trouble: undefined,
    target: { revision: REVISION, built: true, sameAsPrimary: true },
    routed: { primary: 100, canary: 0 },
    drift: [],
    leased: false,
    dealtWith: false,
    holder: '',
    handover: undefined,
    ...changes,
  };
}

/** As Serinus leaves a Canary behind. */
function ours(changes: Partial<CanaryFacts> = {}): CanaryFacts {
  return facts({
    recorded: { applied: REVISION, promoted: REVISION.hash },
    recordedHere: true,
    leased: true,
    dealtWith: true,
    ...changes,
  });
}

function givingBack(of: CanaryFacts, traces: Partial<Traces> = {}) {
  return givingBackOf(of, { ...NO_TRACES, ...traces });
}

test('a Canary at rest is adopted by a hash in its status, and Flagger’s own are kept for the way back', () => {
  const entry = adoptionOf(facts());
  assert.equal(entry.verdict, 'change');
  assert.deepEqual(entry.status, {
    phase: 'Succeeded',
    canaryWeight: 0,
    failedChecks: 0,
    iterations: 0,
    lastAppliedSpec: REVISION.hash,
    lastPromotedSpec: REVISION.hash,
    trackedConfigs: REVISION.configs,
  });
  assert.deepEqual(entry.handover, {
    phase: 'Succeeded',
    revision: REVISION,
    lastAppliedSpec: '6c9dbdd48d',
    lastPromotedSpec: '6c9dbdd48d',
  });
});

test('a failed version that the target still holds is not released again', () => {
  const target = { revision: OTHER, built: true, sameAsPrimary: false };
  const recorded = { applied: { hash: 'bd9c8f6c4d', configs: {} }, promoted: '6c9dbdd48d' };
  const entry = adoptionOf(facts({ phase: 'Failed', target, recorded }));
  assert.equal(entry.verdict, 'change');
  assert.ok(entry.status);
  assert.equal(entry.status.lastAppliedSpec, OTHER.hash);
  assert.equal(entry.status.lastPromotedSpec, '6c9dbdd48d');
  const observation = {
    phase: 'Failed',
    suspended: false,
    refused: false,
    deleting: false,
    generation: 1,
    observedGeneration: 1,
    approvals: '',
    observedApprovals: '',
    underWay: false,
    drift: [],
    seen: { revision: OTHER, sameAsPrimary: false },
  } as const;
  assert.equal(needOf({ ...observation, ...recorded }), 'target', 'without adoption Serinus would release it');
  const { lastAppliedSpec: hash, lastPromotedSpec: promoted, trackedConfigs: configs } = entry.status;
  assert.equal(needOf({ ...observation, applied: { hash, configs }, promoted }), undefined);
});

test('a Canary of Flagger needs no release by Serinus where the target is what the primary runs, adopted or not', () => {
  for (const phase of ['Initialized', 'Succeeded'] as const) {
    const need = needOf({
      phase,
      suspended: false,
      refused: false,
      deleting: false,
      generation: 4,
      observedGeneration: 4,
      approvals: '',
      observedApprovals: '',
      underWay: false,
      drift: [],
      seen: { revision: REVISION, sameAsPrimary: true },
      ...facts().recorded,
    });
    assert.equal(need, undefined);
  }
});

const blocked: readonly [string, Partial<CanaryFacts>, RegExp][] = [
  ['a release under way', { phase: 'Progressing' }, /under way \(Progressing\)/],
  ['a release that waits', { phase: 'Waiting' }, /under way \(Waiting\)/],
  ['one that is being deleted', { deleting: true }, /being deleted/],
  ['a spec that Serinus refuses', { trouble: 'spec.provider: linkerd is not supported' }, /linkerd/],
  [
    'a primary that is gone',
    { target: { revision: REVISION, built: false, sameAsPrimary: false } },
    /primary is missing/,
  ],
  ['a route with a share for the canary', { routed: { primary: 80, canary: 20 } }, /20 % to the canary/],
  ['a run of Serinus', { holder: 'run-1', leased: true }, /run-1/],
  [
    'a change that waits for its release',
    { target: { revision: OTHER, built: true, sameAsPrimary: false } },
    /not what its primary runs/,
  ],
];

for (const [what, changes, message] of blocked) {
  test(`nothing changes hands with ${what}`, () => {
    for (const entry of [adoptionOf(facts(changes)), givingBack(ours(changes))]) {
      assert.equal(entry.verdict, 'blocked');
      assert.equal(entry.status, undefined);
      assert.ok(entry.findings.every(({ level, remedy }) => level === 'error' && remedy !== undefined));
      assert.match(entry.findings.map(({ message: text }) => text).join('\n'), message);
    }
  });
}

test('a failed promotion, whose canary serves everybody, is adopted but not given back', () => {
  const stranded = {
    phase: 'Failed',
    weight: 100,
    routed: { primary: 0, canary: 100 },
    target: { revision: OTHER, built: true, sameAsPrimary: false },
  } as const;
  const adopted = adoptionOf(facts(stranded));
  assert.equal(adopted.verdict, 'change');
  assert.equal(adopted.status?.canaryWeight, 100);
  assert.equal(givingBack(ours(stranded)).verdict, 'blocked');
  const again = givingBack(ours({ ...stranded, handover: adopted.handover }));
  assert.equal(again.status?.lastAppliedSpec, '6c9dbdd48d');
});

test('what is not initialised, or is adopted already, is left alone', () => {
  assert.equal(adoptionOf(facts({ phase: '', target: undefined })).verdict, 'nothing');
  assert.equal(adoptionOf(ours()).verdict, 'nothing');
  assert.equal(givingBack(facts()).verdict, 'nothing');
});

test('an adoption or a return that was interrupted goes on', () => {
  const halfAdopted = adoptionOf(ours({ dealtWith: false }));
  assert.equal(halfAdopted.verdict, 'change');
  assert.equal(halfAdopted.handover, undefined, 'what is kept of Flagger stays as it was kept first');
  const halfGivenBack = givingBack(facts({ phase: 'Initializing', leased: true, dealtWith: true }));
  assert.equal(halfGivenBack.verdict, 'change');
  assert.equal(halfGivenBack.status, undefined);
});

test('given back where it was adopted, a Canary has Flagger’s hashes again', () => {
  const { handover } = adoptionOf(facts());
  const entry = givingBack(ours({ handover }));
  assert.equal(entry.status?.phase, 'Succeeded');
  assert.equal(entry.status.lastAppliedSpec, '6c9dbdd48d');
  assert.deepEqual(entry.status.trackedConfigs, REVISION.configs);
});

test('given back after a release, a Canary is one that Flagger initialises', () => {
  const { handover } = adoptionOf(facts());
  const target = { revision: OTHER, built: true, sameAsPrimary: true };
  for (const changes of [{ target }, { phase: 'Initialized' }, { handover: undefined }] as const) {
    const entry = givingBack(ours({ handover, ...changes }));
    assert.equal(entry.verdict, 'change');
    assert.equal(entry.status?.phase, 'Initializing');
    assert.equal(entry.status.lastAppliedSpec, '');
  }
});

test('while warm pods serve nothing is given back, whatever else is to be said', () => {
  for (const changes of [{}, { phase: 'Promoting' }, { routed: { primary: 0, canary: 100 } }] as const) {
    const entry = givingBack(ours(changes), { diverted: true });
    assert.equal(entry.verdict, 'blocked');
    assert.deepEqual(
      entry.findings.map(({ level }) => level),
      ['error'],
    );
    assert.match(entry.findings[0]?.message ?? '', /an undo is under way .* warm pods of the former version/);
    assert.match(entry.findings[0]?.remedy ?? '', /let Serinus finish the undo/);
  }
  assert.equal(givingBack(facts(), { diverted: true }).verdict, 'nothing', 'what was never Serinus’s');
});

test('the plan names what goes with Serinus, whatever becomes of the status', () => {
  const traces: Partial<Traces> = {
    stamped: [{ type: DEPLOYMENTS, name: 'cart-primary', stamps: ['serinus.dev/fence'] }],
    forUndo: [
      { type: DEPLOYMENTS, name: 'cart-previous' },
      { type: CONFIG_MAPS, name: 'settings-primary-previous' },
    ],
    forArchive: [{ type: CONTROLLER_REVISIONS, name: 'release-1' }],
  };
  const { handover } = adoptionOf(facts());
  const half = facts({ phase: 'Initializing', leased: true, dealtWith: true });
  for (const entry of [givingBack(ours(), traces), givingBack(ours({ handover }), traces), givingBack(half, traces)]) {
    assert.equal(entry.verdict, 'change');
    const said = entry.findings.map(({ message }) => message).slice(1);
    assert.deepEqual(said, [
      'Serinus’s annotations are taken off Deployment/cart-primary',
      'nothing can be undone any more: deleted are Deployment/cart-previous, ConfigMap/settings-primary-previous',
      'not archived yet, and deleted: ControllerRevision/release-1',
    ]);
  }
});

test('what is kept for the way back is read as it was written, and nonsense as nothing', () => {
  const { handover } = adoptionOf(facts());
  assert.ok(handover);
  const lease = (annotations: Record<string, string>): KubeObject => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'serinus-cart', annotations },
  });
  const annotations = handoverAnnotation(handover);
  assert.deepEqual(handoverIn(lease(annotations)), handover);
  const [key = ''] = Object.keys(annotations);
  for (const text of ['{', '3', 'null', '{}', JSON.stringify({ ...handover, revision: null })]) {
    assert.equal(handoverIn(lease({ [key]: text })), undefined);
  }
  assert.equal(handoverIn(undefined), undefined);
});

const NOW = Date.parse('2026-01-01T00:01:00Z');

function deployment(image: string, more: { replicas?: number; args?: string[]; name?: string } = {}): KubeObject {
  const { replicas = 1, args = [], name = 'controller' } = more;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'system' },
    spec: { replicas, template: { spec: { containers: [{ image, args }] } } },
  };
}

function leader(renewTime: string, holderIdentity = 'pod-1'): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'flagger-leader-election', namespace: 'kube-system' },
    spec: { holderIdentity, renewTime, leaseDurationSeconds: 60 },
  };
}

test('a Flagger that runs is noticed by its Deployment or its Lease', () => {
  const running = (deployments: KubeObject[], leases: KubeObject[] = [], namespace?: string) =>
    runningControllers('adopt', { deployments, leases }, namespace, NOW).length;
  assert.equal(running([deployment('ghcr.io/fluxcd/flagger:1.36.1')]), 1);
  assert.equal(running([deployment('registry.example:5000/flagger@sha256:abc')]), 1);
  assert.equal(running([deployment('ghcr.io/fluxcd/flagger:1.36.1', { replicas: 0 })]), 0);
  assert.equal(running([deployment('ghcr.io/fluxcd/flagger-loadtester:0.31.0')]), 0);
  assert.equal(running([], [leader('2026-01-01T00:00:30Z')]), 1);
  assert.equal(running([], [leader('2025-12-31T23:59:00Z')]), 0);
  assert.equal(running([], [leader('2026-01-01T00:00:30Z', '')]), 0);
});

test('a controller that looks at another namespace only is no obstacle', () => {
  for (const args of [['-namespace=other'], ['--namespace', 'other']]) {
    const deployments = [deployment('ghcr.io/fluxcd/flagger:1.36.1', { args })];
    assert.deepEqual(runningControllers('adopt', { deployments, leases: [] }, 'shop', NOW), []);
    assert.equal(runningControllers('adopt', { deployments, leases: [] }, 'other', NOW).length, 1);
    assert.equal(runningControllers('adopt', { deployments, leases: [] }, undefined, NOW).length, 1);
  }
});

test('a Serinus that acts is noticed before Canaries are given back, one that only answers is not', () => {
  const running = (args: string[]) =>
    runningControllers(
      'give-back',
      { deployments: [deployment('ghcr.io/example/serinus:0.1.0', { args })], leases: [] },
      undefined,
      NOW,
    ).length;
  assert.equal(running(['watch']), 1);
  assert.equal(running(['all']), 1);
  assert.equal(running(['worker', '--namespace=shop']), 1);
  assert.equal(running(['api']), 0);
  assert.equal(running(['loadtester']), 0);
});
