import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCanary } from '../../src/crds/canary.js';
import { policyOfCanary } from '../../src/crds/policy.js';
import { OPTIONS, walkthroughCanary } from './fixtures.js';

const minute = { text: '1m', seconds: 60 };
const none = { labels: {}, annotations: {} };

test("the walkthrough's Canary is read as it is meant", () => {
  const parsed = parseCanary(walkthroughCanary(), OPTIONS);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value, {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    name: 'podinfo',
    namespace: 'test',
    uid: '5f1c',
    generation: 4,
    labels: {},
    annotations: {},
    finalizers: [],
    deletionTimestamp: undefined,
    owner: {
      apiVersion: 'flagger.app/v1beta1',
      kind: 'Canary',
      name: 'podinfo',
      uid: '5f1c',
      controller: true,
      blockOwnerDeletion: true,
    },
    provider: 'apisix',
    metricsServer: 'http://prometheus.apisix:9090',
    progressDeadlineSeconds: 60,
    targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo', primaryName: 'podinfo-primary' },
    autoscalerRef: undefined,
    ingressRef: undefined,
    routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name: 'podinfo' },
    unused: [],
    own: {
      consecutiveFailures: undefined,
      followsAutoscaler: false,
      metricsServerSecret: undefined,
      moreSources: [],
    },
    upstreamRef: undefined,
    service: {
      name: 'podinfo',
      namesPort: false,
      primaryName: 'podinfo-primary',
      canaryName: 'podinfo-canary',
      port: 80,
      portName: 'http',
      targetPort: 9898,
      portDiscovery: false,
      headless: false,
      delegation: false,
      hosts: [],
      gateways: [],
      backends: [],
      apex: none,
      primary: none,
      canary: none,
      unmanagedMetadata: { annotations: [], labels: [] },
    },
    skipAnalysis: false,
    revertOnDeletion: false,
    suspend: false,
    analysis: {
      intervalSeconds: 10,
      threshold: 10,
      strategy: { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 },
      notices: [],
      iterations: 0,
      match: [],
      mirror: false,
      mirrorWeight: 100,
      sessionAffinity: undefined,
      primaryReadyThreshold: 100,
      canaryReadyThreshold: 100,
      metrics: [
        {
          name: 'request-success-rate',
          sources: [{ kind: 'builtin', builtin: 'request-success-rate', interval: minute, range: { min: 99 } }],
        },
        {
          name: 'request-duration',
          sources: [
            {
              kind: 'builtin',
              builtin: 'request-duration',
              interval: { text: '30s', seconds: 30 },
              range: { max: 500 },
            },
          ],
        },
      ],
      webhooks: [
        {
          name: 'load-test',
          type: 'rollout',
          url: 'http://flagger-loadtester.test/',
          timeoutSeconds: 5,
          retries: 0,
          muteAlert: false,
          disableTLS: false,
          metadata: { cmd: 'hey -z 1m -q 10 -c 2 -h2 -host app.example.com http://apisix-gateway.apisix/api/info' },
        },
      ],
      alerts: [],
    },
    approvals: undefined,
    judgement: undefined,
    status: {
      phase: '',
      failedChecks: 0,
      canaryWeight: 0,
      iterations: 0,
      trackedConfigs: {},
      lastAppliedSpec: '',
      lastPromotedSpec: '',
      lastTransitionTime: undefined,
      sessionAffinityCookie: '',
      primarySessionAffinityCookie: '',
      previousSessionAffinityCookie: '',
      conditions: [],
    },
  });
});

test("the walkthrough's policy", () => {
  const parsed = parseCanary(walkthroughCanary(), OPTIONS);
  assert.ok(parsed.ok);
  assert.deepEqual(policyOfCanary(parsed.value), {
    generation: 4,
    provider: 'apisix',
    targetKind: 'Deployment',
    targetName: 'podinfo',
    suspend: false,
    skipAnalysis: false,
    revertOnDeletion: false,
    intervalSeconds: 10,
    threshold: 10,
    progressDeadlineSeconds: 60,
    strategy: { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 },
    routed: true,
    notices: [],
    hooks: { rollout: ['load-test'] },
    loadTests: [],
  });
});
