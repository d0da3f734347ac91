import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PodAddresses } from '../../lab/node/addresses.js';
import { Backoff, pullDelay } from '../../lab/node/backoff.js';
import { expand } from '../../lab/node/container-environment.js';
import { scrapeTarget } from '../../lab/node/node-server.js';
import { nodeSchema, obstacle } from '../../lab/node/placement.js';
import { podSchema } from '../../lab/node/pod.js';

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
    host: '127.0.0.1',
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

describe('which pods the node takes', () => {
  const node = (spec: object = {}) =>
    nodeSchema.parse({ metadata: { name: 'lab-node', uid: 'n', labels: { disk: 'ssd', cores: '8' } }, spec });
  const pod = (spec: object) =>
    podSchema.parse({
      metadata: { name: 'p', namespace: 'test', uid: 'p' },
      spec: { containers: [], ...spec },
      status: {},
    });
  const near = (...nodeSelectorTerms: object[]) =>
    pod({
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
    });
  const MISMATCH = "1 node(s) didn't match Pod's node affinity/selector";
  const expression = (key: string, operator: string, ...values: string[]) => ({
    matchExpressions: [{ key, operator, values }],
  });

  it('those whose node selector it matches', () => {
    assert.equal(obstacle(pod({ nodeSelector: { disk: 'ssd' } }), node()), undefined);
    assert.equal(obstacle(pod({ nodeSelector: { 'flagger.app/scale-to-zero': 'true' } }), node()), MISMATCH);
  });

  it('those whose affinity it matches, by name as a DaemonSet asks or by labels', () => {
    const named = (name: string) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] });
    const fitting = [
      named('lab-node'),
      expression('disk', 'In', 'hdd', 'ssd'),
      expression('gpu', 'NotIn', 'yes'),
      expression('disk', 'Exists'),
      expression('gpu', 'DoesNotExist'),
      expression('cores', 'Gt', '4'),
      expression('cores', 'Lt', '9'),
    ];
    const others = [named('other'), expression('disk', 'NotIn', 'ssd'), expression('gpu', 'Exists'), {}];
    for (const term of fitting) assert.equal(obstacle(near(term), node()), undefined, JSON.stringify(term));
    for (const term of others) assert.equal(obstacle(near(term), node()), MISMATCH, JSON.stringify(term));
    // One of several terms is enough.
    assert.equal(obstacle(near(named('other'), named('lab-node')), node()), undefined);
  });

  it('those that tolerate its taints', () => {
    const tainted = node({ taints: [{ key: 'team', value: 'red', effect: 'NoSchedule' }] });
    const mildly = node({ taints: [{ key: 'team', value: 'red', effect: 'PreferNoSchedule' }] });
    const TAINT = '1 node(s) had untolerated taint {team: red}';
    const tolerating = (toleration: object) => pod({ tolerations: [toleration] });
    assert.equal(obstacle(pod({}), mildly), undefined);
    for (const toleration of [
      { operator: 'Exists' },
      { key: 'team', operator: 'Exists' },
      { key: 'team', value: 'red' },
    ])
      assert.equal(obstacle(tolerating(toleration), tainted), undefined, JSON.stringify(toleration));
    for (const toleration of [{ key: 'team', value: 'blue' }, { operator: 'Exists', effect: 'NoExecute' }, {}])
      assert.equal(obstacle(tolerating(toleration), tainted), TAINT, JSON.stringify(toleration));
    const cordoned = node({ unschedulable: true });
    assert.match(obstacle(pod({}), cordoned) ?? '', /unschedulable/);
    const daemon = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' };
    assert.equal(obstacle(tolerating(daemon), cordoned), undefined);
  });
});
