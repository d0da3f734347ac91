import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { daemonSets } from '../../src/workloads/daemonset/daemonset.js';
import { deployments } from '../../src/workloads/deployment/deployment.js';
import { newPrimary, promotedPrimary, runsSameTemplate } from '../../src/workloads/shared/primary.js';
import { KINDS, OWNER, target, wish } from './fixtures.js';

const SCALE_TO_ZERO = 'flagger.app/scale-to-zero';

for (const kind of KINDS) {
  describe(`the primary ${kind.kind}`, () => {
    test('as it is made', () => {
      const { metadata, spec } = newPrimary(target(kind), wish(kind));
      assert.equal(metadata.name, 'podinfo-primary');
      assert.deepEqual(metadata.labels, { app: 'podinfo-primary' });
      assert.deepEqual(metadata.annotations, {
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'team.example.com/pager': '7',
      });
      assert.deepEqual(metadata.ownerReferences, [OWNER]);
      assert.deepEqual(spec.selector, { matchLabels: { app: 'podinfo-primary' } });
      assert.deepEqual(spec.template.metadata, {
        labels: { app: 'podinfo-primary', tier: 'web' },
        annotations: { 'prometheus.io/scrape': 'true', 'flagger-id': 'id-1' },
      });
      assert.deepEqual(spec.template.spec, target(kind).spec.template.spec);
      assert.equal(spec['minReadySeconds'], 3);
      assert.equal(spec['revisionHistoryLimit'], 4);
      assert.equal(spec['paused'], undefined);
    });

    test('as a promotion leaves it: annotations are replaced, what Kubernetes and Serinus keep there stays', () => {
      const current = newPrimary(target(kind), wish(kind));
      const annotations = { ...current.metadata.annotations, 'serinus.dev/fence': '1.1', by: 'hand' };
      const edited = { ...current, metadata: { ...current.metadata, annotations, labels: { by: 'hand' } } };
      const next = target(kind, {
        minReadySeconds: 9,
        template: { metadata: { labels: { app: 'podinfo' } }, spec: { containers: [{ name: 'a', image: 'b' }] } },
      });
      const { metadata, spec } = promotedPrimary(next, edited, wish(kind, { rolloutId: 'id-2' }));
      assert.deepEqual(metadata.annotations, { 'serinus.dev/fence': '1.1' });
      assert.deepEqual(metadata.labels, { app: 'podinfo-primary' });
      assert.deepEqual(metadata.ownerReferences, [OWNER]);
      assert.equal(spec['minReadySeconds'], 9);
      assert.equal(spec.template.metadata?.annotations?.['flagger-id'], 'id-2');
      assert.deepEqual(spec.template.spec.containers, [{ name: 'a', image: 'b' }]);
      assert.deepEqual(spec.selector, current.spec.selector);
    });

    test('a field that the target has no more goes with the next promotion; what was never taken over stays', () => {
      const made = newPrimary(target(kind), wish(kind));
      const current = { ...made, spec: { ...made.spec, paused: false } };
      const { spec } = target(kind);
      const less = { ...target(kind), spec: { selector: spec.selector, template: spec.template } };
      const promoted = promotedPrimary(less, current, wish(kind)).spec;
      for (const field of kind.copied) assert.ok(!(field in promoted), field);
      assert.equal(promoted['paused'], false);
      assert.deepEqual(promoted.selector, made.spec.selector);
    });

    test('labels and annotations with an included prefix are taken along, Flux’s never', () => {
      const prefixes = ['team.example.com', 'kustomize.toolkit.fluxcd.io'];
      const made = newPrimary(target(kind), wish(kind, { prefixes }));
      assert.deepEqual(made.metadata.labels, { app: 'podinfo-primary', 'team.example.com/name': 'red' });
      const promoted = promotedPrimary(target(kind), made, wish(kind, { prefixes }));
      assert.deepEqual(promoted.metadata.labels, { app: 'podinfo-primary', 'team.example.com/name': 'red' });
      assert.deepEqual(promoted.metadata.annotations, { 'team.example.com/pager': '7' });
      const all = promotedPrimary(target(kind), made, wish(kind, { prefixes: ['*'] }));
      assert.equal(all.metadata.labels?.['app'], 'podinfo-primary');
      assert.ok(!JSON.stringify(all).includes('toolkit.fluxcd.io'));
    });

    test('it runs the same as the target until the target’s template changes', () => {
      const primary = newPrimary(target(kind), wish(kind));
      assert.ok(runsSameTemplate(target(kind, { minReadySeconds: 30 }), primary, wish(kind)));
      const { spec } = target(kind);
      const other = target(kind, {
        template: { ...spec.template, metadata: { labels: { app: 'podinfo', new: 'x' } } },
      });
      assert.equal(runsSameTemplate(other, primary, wish(kind)), false);
    });
  });
}

describe('the size of a primary Deployment', () => {
  const replicas = (spec: object, more = {}) => {
    const primary = newPrimary(target(deployments), wish(deployments));
    return promotedPrimary(target(deployments, { ...spec }), primary, wish(deployments, more)).spec['replicas'];
  };

  test('at first the target’s, and one where that is at zero', () => {
    assert.equal(newPrimary(target(deployments), wish(deployments)).spec['replicas'], 2);
    assert.equal(newPrimary(target(deployments, { replicas: 0 }), wish(deployments)).spec['replicas'], 1);
    assert.equal(newPrimary(target(deployments, { replicas: undefined }), wish(deployments)).spec['replicas'], 1);
  });

  test('with a promotion the target’s, unless an autoscaler sets it or somebody has scaled the target to zero', () => {
    assert.equal(replicas({ replicas: 5 }), 5);
    assert.equal(replicas({ replicas: 5 }, { autoscaled: true }), 2);
    assert.equal(replicas({ replicas: 0 }), 2);
  });
});

describe('a DaemonSet at zero', () => {
  const zero = daemonSets.scaled(target(daemonSets), 0);

  test('asks for a node that isn’t there, and its primary doesn’t', () => {
    assert.deepEqual(zero.spec.template.spec['nodeSelector'], { [SCALE_TO_ZERO]: 'true' });
    assert.equal(daemonSets.replicas(zero), 0);
    assert.equal(newPrimary(zero, wish(daemonSets)).spec.template.spec['nodeSelector'], undefined);
    assert.ok(runsSameTemplate(zero, newPrimary(target(daemonSets), wish(daemonSets)), wish(daemonSets)));
    assert.deepEqual(daemonSets.template(zero), daemonSets.template(target(daemonSets)));
  });

  test('keeps the nodes that its users have chosen', () => {
    const { template } = target(daemonSets).spec;
    const picky = target(daemonSets, {
      template: { ...template, spec: { ...template.spec, nodeSelector: { disk: 'ssd' } } },
    });
    const stopped = daemonSets.scaled(picky, 0);
    assert.deepEqual(stopped.spec.template.spec['nodeSelector'], { disk: 'ssd', [SCALE_TO_ZERO]: 'true' });
    assert.deepEqual(daemonSets.scaled(stopped, 1), picky);
    assert.equal(daemonSets.scaled(stopped, 0), stopped, 'nothing is written twice');
  });

  test('takes over how pods are replaced, which only a rolling update may do', () => {
    const { spec } = newPrimary(target(daemonSets), wish(daemonSets));
    assert.deepEqual(spec['updateStrategy'], {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
    });
    daemonSets.check(target(daemonSets, { updateStrategy: {} }));
    assert.throws(
      () => daemonSets.check(target(daemonSets, { updateStrategy: { type: 'OnDelete' } })),
      /^UserError: daemonset podinfo\.test must have RollingUpdate strategy but have OnDelete$/,
    );
  });
});
