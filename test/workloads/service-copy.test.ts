import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCanary } from '../../src/crds/canary.js';
import { copiedSpec, serviceCopy, withAddresses } from '../../src/workloads/service/copy.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';
import { objectOf } from './fixtures.js';

const port = { name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' };
const canary = (service: object = {}) => {
  const targetRef = { apiVersion: 'v1', kind: 'Service', name: 'podinfo' };
  const parsed = parseCanary(
    canaryWith({ 'spec.targetRef': targetRef, 'spec.service': { port: 80, ...service } }),
    OPTIONS,
  );
  assert.ok(parsed.ok);
  return parsed.value;
};

test('a copy leads where the Service leads, and claims nothing that is the Service’s alone', () => {
  const common = {
    selector: { app: 'podinfo' },
    sessionAffinity: 'ClientIP',
    internalTrafficPolicy: 'Local',
    ipFamilies: ['IPv4'],
  };
  const exposed = {
    ...common,
    type: 'LoadBalancer',
    clusterIP: '10.96.0.7',
    clusterIPs: ['10.96.0.7'],
    externalIPs: ['192.0.2.1'],
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30_001,
    loadBalancerIP: '192.0.2.2',
    loadBalancerClass: 'internal',
    loadBalancerSourceRanges: ['192.0.2.0/24'],
    allocateLoadBalancerNodePorts: true,
    ports: [{ ...port, nodePort: 30_000 }],
  };
  assert.deepEqual(copiedSpec(exposed), { ...common, type: 'ClusterIP', ports: [port] });
});

test('a headless Service has headless copies, an external name stays one', () => {
  const headless = { type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'], selector: { a: 'b' }, ports: [port] };
  const { clusterIPs: _ips, ...copied } = headless;
  assert.deepEqual(copiedSpec(headless), copied);
  const external = { type: 'ExternalName', externalName: 'v1.example.com' };
  assert.deepEqual(copiedSpec(external), external);
  assert.deepEqual(withAddresses(external, { clusterIP: '10.96.0.7' }), external);
});

test('the Canary’s traffic distribution takes the place of the Service’s', () => {
  assert.equal(copiedSpec({ trafficDistribution: 'PreferClose' })['trafficDistribution'], 'PreferClose');
  assert.equal(
    copiedSpec({ trafficDistribution: 'PreferClose' }, 'PreferSameNode')['trafficDistribution'],
    'PreferSameNode',
  );
});

test('a copy has the Service’s metadata, the Canary’s own and what is somebody else’s', () => {
  const target = objectOf(
    'v1',
    'Service',
    'podinfo',
    { spec: { selector: { app: 'podinfo' }, ports: [port] } },
    {
      labels: { team: 'red', 'kustomize.toolkit.fluxcd.io/name': 'apps' },
      annotations: { note: 'mine', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
  );
  const current = objectOf(
    'v1',
    'Service',
    'podinfo-primary',
    { spec: { clusterIP: '10.96.0.9' } },
    {
      uid: 'u',
      labels: { stale: 'x', mesh: 'y' },
      annotations: { 'serinus.dev/fence': '1.1', stale: 'x', mesh: 'z' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'other', uid: 'o' }],
    },
  );
  const of = canary({
    primary: { labels: { side: 'primary' }, annotations: { scrape: 'true' } },
    unmanagedMetadata: { labels: ['mesh'], annotations: ['mesh'] },
  });
  const shield = {
    'kustomize.toolkit.fluxcd.io/reconcile': 'disabled',
    'helm.toolkit.fluxcd.io/driftDetection': 'disabled',
  };
  const made = serviceCopy(target, undefined, of, 'primary');
  assert.deepEqual(made.metadata, {
    name: 'podinfo-primary',
    namespace: 'test',
    labels: { team: 'red', side: 'primary' },
    annotations: { note: 'mine', scrape: 'true', ...shield },
    ownerReferences: [of.owner],
  });
  const updated = serviceCopy(target, current, of, 'primary');
  assert.deepEqual(updated.metadata.labels, { team: 'red', side: 'primary', mesh: 'y' });
  assert.deepEqual(updated.metadata.annotations, {
    note: 'mine',
    scrape: 'true',
    ...shield,
    'serinus.dev/fence': '1.1',
    mesh: 'z',
  });
  assert.deepEqual(updated.metadata.ownerReferences, current.metadata.ownerReferences);
  assert.equal((updated['spec'] as { clusterIP: string }).clusterIP, '10.96.0.9');
  assert.deepEqual(serviceCopy(target, undefined, of, 'canary').metadata.labels, { team: 'red' });
});
