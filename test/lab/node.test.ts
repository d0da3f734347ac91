import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PodAddresses } from '../../lab/node/addresses.js';
import { Backoff, pullDelay } from '../../lab/node/backoff.js';
import { expand } from '../../lab/node/container-environment.js';
import { scrapeTarget } from '../../lab/node/node-server.js';

describe('pod addresses', () => {
  it('come out of documentation ranges, and a freed one comes up again late', () => {
    const addresses = new PodAddresses();
    const first = addresses.take();
    assert.equal(first, '198.51.100.1');
    addresses.free(first);
    const next = Array.from({ length: 2 * 254 - 1 }, () => addresses.take());
    assert.ok(!next.includes(first));
    assert.equal(next.at(-1), '203.0.113.254');
  });
});

describe('back-off', () => {
  it('grows as a kubelet’s does, and starts over after a long run', () => {
    const backoff = new Backoff();
    const delays = Array.from({ length: 8 }, () => backoff.delayAfter(1_000) / 1000);
    assert.deepEqual(delays, [0, 10, 20, 40, 80, 160, 300, 300]);
    assert.equal(backoff.delayAfter(700_000), 0);
    assert.deepEqual([1, 2, 9].map(pullDelay), [10_000, 20_000, 300_000]);
  });
});

describe('variables of a container', () => {
  it('may use what is known, and only that', () => {
    const env = { NAME: 'podinfo' };
    assert.equal(expand('hello $(NAME), $(OTHER), $$(NAME)', env), 'hello podinfo, $(OTHER), $(NAME)');
  });
});

describe('scrape targets', () => {
  const pod = {
    namespace: 'test',
    name: 'podinfo-1',
    ip: '198.51.100.1',
    ports: { 9898: 20_000 },
    labels: { 'a/b': 'c' },
  };

  it('are pods with the usual annotations, on their real ports', () => {
    const annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9898' };
    assert.deepEqual(scrapeTarget({ ...pod, annotations }), [
      {
        targets: ['127.0.0.1:20000'],
        labels: {
          a_b: 'c',
          __metrics_path__: '/metrics',
          kubernetes_namespace: 'test',
          kubernetes_pod_name: 'podinfo-1',
        },
      },
    ]);
    assert.deepEqual(scrapeTarget({ ...pod, annotations: {} }), []);
  });
});
