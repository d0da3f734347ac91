import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCanary } from '../../src/crds/canary.js';
import { PROVIDERS } from '../../src/crds/schema/canary.js';
import { AUTOSCALER_KINDS, TARGET_KINDS } from '../../src/crds/schema/references.js';
import { ClusterCache } from '../../src/kube/cache.js';
import { KubeClient } from '../../src/kube/client.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { createWorkloads } from '../../src/workloads/registry.js';
import { canaryWith, OPTIONS } from './fixtures.js';

/** Half of them things that can be asked for. */
function halfOf(good: readonly string[], bad: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...good), weight: 3 },
    { arbitrary: fc.constantFrom(...bad), weight: 2 },
    { arbitrary: fc.string(), weight: 1 },
  );
}

const kind = halfOf(TARGET_KINDS, ['StatefulSet', 'Rollout', 'deployment', 'CloneSet', 'Job', '']);
const apiVersion = halfOf(['apps/v1', 'v1'], ['serving.knative.dev/v1', 'apps.kruise.io/v1beta1', 'argoproj.io/v1']);
const provider = fc.oneof(fc.constantFrom('apisix'), fc.constantFrom(...PROVIDERS));
const name = fc.constantFrom('podinfo', 'podinfo', 'podinfo', 'other', 'other', '', 'Not a name');
const autoscaler = fc.option(fc.constantFrom(...AUTOSCALER_KINDS, 'VerticalPodAutoscaler'), { nil: undefined });
const service = fc.constantFrom(undefined, 'podinfo', 'web');

const FIELDS = [
  'spec.targetRef.kind',
  'spec.targetRef.name',
  'spec.targetRef.apiVersion',
  'spec.provider',
  'spec.autoscalerRef',
  'spec.autoscalerRef.kind',
  'spec.service.name',
  'spec.service.gatewayRefs',
  'spec.ingressRef',
];

test('a target that can’t be released is refused by its field and value, with a remedy; all others have a workload', () => {
  const cache = new ClusterCache(Object.create(KubeClient.prototype) as KubeClient, { log: () => undefined });
  const built = createWorkloads(cache, DEFAULT_SETTINGS).map((workload) => workload.kind);
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(fc.record({ kind, apiVersion, name, provider, autoscaler, service }), (asked) => {
      const edits = {
        'spec.targetRef': { apiVersion: asked.apiVersion, kind: asked.kind, name: asked.name },
        'spec.provider': asked.provider,
        'spec.service.name': asked.service,
        'spec.autoscalerRef': asked.autoscaler && { apiVersion: 'a/v1', kind: asked.autoscaler, name: 'podinfo' },
      };
      const parsed = parseCanary(canaryWith(edits), OPTIONS);
      if (parsed.ok) {
        seen.accepted += 1;
        const { targetRef, autoscalerRef } = parsed.value;
        assert.ok(built.includes(targetRef.kind));
        assert.ok(!/^[^/]*\..*\//.test(targetRef.apiVersion), 'a custom kind');
        assert.ok(autoscalerRef === undefined || targetRef.kind === 'Deployment');
      } else {
        seen.refused += 1;
        const { field, value, remedy } = parsed.refusal;
        assert.ok(FIELDS.includes(field), field);
        assert.ok(value !== '' && remedy !== '', `${field}: ${value}: ${remedy}`);
      }
    }),
    { numRuns: 3_000 },
  );
  assert.ok(seen.accepted > 30 && seen.refused > 30, JSON.stringify(seen));
});
