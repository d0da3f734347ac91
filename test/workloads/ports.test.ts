import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servicePorts, type PortWish } from '../../src/workloads/shared/ports.js';

const wish = (more: Partial<PortWish> = {}): PortWish => ({
  port: 9898,
  portName: 'http',
  targetPort: 9898,
  portDiscovery: true,
  ...more,
});

interface Port {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
}

const pods = (...containers: readonly { readonly name: string; readonly ports: readonly Port[] }[]) => ({
  spec: { containers, initContainers: [{ name: 'init', ports: [{ containerPort: 1 }] }] },
});

const podinfo = pods({
  name: 'podinfo',
  ports: [
    { name: 'http', containerPort: 9898 },
    { name: 'http-metrics', containerPort: 8080 },
    { containerPort: 8888 },
  ],
});

const main = { name: 'http', protocol: 'TCP', port: 9898, targetPort: 9898 };
const others = [
  { name: 'http-metrics', protocol: 'TCP', port: 8080, targetPort: 8080 },
  { name: 'tcp-podinfo-2', protocol: 'TCP', port: 8888, targetPort: 8888 },
];

test('without discovery only the main port', () => {
  assert.deepEqual(servicePorts(podinfo, wish({ portDiscovery: false })), [main]);
  const named = wish({ portDiscovery: false, portName: 'grpc', port: 80, targetPort: 'http', appProtocol: 'grpc' });
  assert.deepEqual(servicePorts(podinfo, named), [
    { name: 'grpc', protocol: 'TCP', port: 80, targetPort: 'http', appProtocol: 'grpc' },
  ]);
});

test('with it all ports of the pod, the main one once: by number, by another number, by name', () => {
  assert.deepEqual(servicePorts(podinfo, wish()), [main, ...others]);
  assert.deepEqual(servicePorts(podinfo, wish({ port: 80 })), [{ ...main, port: 80 }, ...others]);
  const named = servicePorts(podinfo, wish({ port: 80, targetPort: 'http' }));
  assert.deepEqual(named, [{ ...main, port: 80, targetPort: 'http' }, ...others]);
});

test('not those that a mesh injects, nor those of init containers', () => {
  const sidecars = pods(
    { name: 'istio-proxy', ports: [{ containerPort: 15_090 }] },
    { name: 'envoy', ports: [{ containerPort: 9901 }] },
  );
  assert.deepEqual(servicePorts(sidecars, wish()), [main]);
});

test('never a port or a name twice, which Kubernetes would refuse', () => {
  const clashing = pods(
    { name: 'a', ports: [{ name: 'http', containerPort: 7000 }, { containerPort: 80 }] },
    { name: 'b', ports: [{ name: 'admin', containerPort: 7001 }, { containerPort: 7000 }] },
    { name: 'c', ports: [{ name: 'admin', containerPort: 7002 }] },
  );
  const ports = servicePorts(clashing, wish({ port: 80, targetPort: 9898 }));
  assert.deepEqual(
    ports.map(({ name, port }) => [name, port]),
    [
      ['http', 80],
      ['tcp-a-0', 7000],
      ['admin', 7001],
      ['tcp-c-0', 7002],
    ],
  );
});

test('with the protocol they have', () => {
  const dns = pods({
    name: 'dns',
    ports: [
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
      { name: 'dns-tcp', containerPort: 53 },
    ],
  });
  assert.deepEqual(servicePorts(dns, wish({ port: 53, targetPort: 53, portName: 'dns-tcp' })), [
    { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: 53 },
    { name: 'dns', protocol: 'UDP', port: 53, targetPort: 53 },
  ]);
});
