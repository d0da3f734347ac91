import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveName } from '../../lab/dns-proxy/names.js';
import { selectServers } from '../../lab/owner/selection.js';

const names = {
  endpoints: { has: (namespace: string, service: string) => `${service}.${namespace}` === 'podinfo.test' },
  servesHost: (host: string) => host === 'app.example.com',
};

describe('in-cluster names', () => {
  it('lead to Services, in short and in long', () => {
    const service = { kind: 'service', namespace: 'test', service: 'podinfo', port: 80 };
    for (const host of ['podinfo.test', 'podinfo.test.svc', 'Podinfo.Test.svc.cluster.local']) {
      assert.deepEqual(resolveName(host, 80, names), service);
    }
  });

  it('lead to the gateway by its Service’s name and by every host that a route serves', () => {
    assert.deepEqual(resolveName('apisix-gateway.apisix', 80, names), { kind: 'gateway' });
    assert.deepEqual(resolveName('app.example.com', 80, names), { kind: 'gateway' });
  });

  it('lead to Prometheus and to pods', () => {
    assert.deepEqual(resolveName('flagger-prometheus.apisix', 9090, names), { kind: 'prometheus' });
    assert.deepEqual(resolveName('198.51.100.7', 9898, names), { kind: 'pod', ip: '198.51.100.7', port: 9898 });
  });

  it('lead nowhere else', () => {
    for (const host of ['example.org', 'other.test', 'podinfo', 'podinfo.test.example.org']) {
      assert.equal(resolveName(host, 80, names), undefined);
    }
  });
});

describe('the choice of servers', () => {
  it('is all of them by default', () => {
    assert.equal(selectServers(undefined).size, 7);
  });

  it('adds what those in a list need', () => {
    assert.deepEqual([...selectServers(['gateway'])].sort(), ['apiserver', 'etcd', 'gateway']);
    assert.deepEqual([...selectServers(['temporal'])], ['temporal']);
  });

  it('leaves out those that can’t do without one left out', () => {
    assert.deepEqual([...selectServers({ apiserver: false })].sort(), ['etcd', 'prometheus', 'temporal']);
  });
});
