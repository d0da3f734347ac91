import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { canaryWith } from '../crds/fixtures.js';
import { checked, findingsBy, NOT_FOUND_PERCENTAGE, route, target, template, type Edits } from './fixtures.js';

interface Case {
  readonly rule: string;
  readonly says: string;
  /** What the rule finds fault with, and where. */
  readonly bad: Edits;
  readonly field: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly words: RegExp;
  /** What is near it, and fine. */
  readonly good: Edits;
  /** Objects in the same file. */
  readonly badObjects?: readonly object[];
  readonly goodObjects?: readonly object[];
}

const A = 'spec.analysis.';
const WEIGHTS = { [`${A}stepWeight`]: undefined, [`${A}maxWeight`]: undefined };
const metric = (fields: object): Edits => ({ [`${A}metrics`]: [fields] });
const hook = (fields: object): Edits => ({
  [`${A}webhooks`]: [{ name: 'h', url: 'http://h.test/', ...fields }],
});
const iterations = (n: number): Edits => ({ ...WEIGHTS, [`${A}iterations`]: n });
const weights = (list: readonly number[]): Edits => ({ ...WEIGHTS, [`${A}stepWeights`]: list });
const custom = (fields: object = {}): Edits =>
  metric({ name: 'orders', templateRef: { name: 'custom' }, interval: '1m', thresholdRange: { min: 1 }, ...fields });
const AUDIENCE = [{ headers: { 'x-who': { exact: 'insider' } } }];

const scaledObject = (trigger: object): object => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'pod-so', namespace: 'test' },
  spec: { scaleTargetRef: { name: 'podinfo' }, maxReplicaCount: 3, triggers: [{ type: 'prometheus', ...trigger }] },
});
const SCALED: Edits = {
  'spec.autoscalerRef': {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    name: 'pod-so',
    primaryScalerQueries: { 'prom-trigger': 'sum(rate(x[30s]))' },
  },
};
const alerts: Edits = { [`${A}alerts`]: [{ name: 'chat', severity: 'info', providerRef: { name: 'chat' } }] };
const alertProvider = (spec: object): object => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'AlertProvider',
  metadata: { name: 'chat', namespace: 'test' },
  spec: { address: 'https://chat.example.com/hook', ...spec },
});

const FIELDS: readonly Case[] = [
  {
    rule: 'unknown-field',
    says: 'the field is in the wrong place',
    bad: { 'spec.stepWeight': 10 },
    field: 'spec.stepWeight',
    severity: 'warning',
    words: /no Canary has this field.*it belongs to spec\.analysis\.stepWeight/,
    good: {},
  },
  {
    rule: 'unknown-field',
    says: 'the whole analysis has its old name, and is missing',
    bad: { 'spec.analysis': undefined, 'spec.canaryAnalysis': { interval: '20s' } },
    field: 'spec.canaryAnalysis',
    severity: 'warning',
    words: /it is called spec\.analysis since v1beta1/,
    good: {},
  },
  {
    rule: 'unknown-field',
    says: 'an AlertProvider has a field too many',
    bad: alerts,
    badObjects: [alertProvider({ type: 'slack', chanel: 'general' })],
    field: 'spec.chanel',
    severity: 'warning',
    words: /no AlertProvider has this field/,
    good: alerts,
    goodObjects: [alertProvider({ type: 'slack', channel: 'general' })],
  },
  {
    rule: 'invalid',
    says: 'an AlertProvider is not what it must be',
    bad: alerts,
    badObjects: [alertProvider({ type: 'pager' })],
    field: 'spec.type',
    severity: 'error',
    words: /"pager" is not valid; use one of slack/,
    good: alerts,
    goodObjects: [alertProvider({ type: 'slack' })],
  },
  {
    rule: 'unused-field',
    says: 'the provider does nothing with it',
    bad: { 'spec.service.corsPolicy': { allowOrigin: ['*'] } },
    field: 'spec.service.corsPolicy',
    severity: 'warning',
    words: /the apisix provider has no use for it.*use a provider that takes it: gatewayapi:v1, istio/,
    good: {},
  },
  {
    rule: 'unused-field',
    says: 'the service for alerts does nothing with it',
    bad: alerts,
    badObjects: [alertProvider({ type: 'msteams', channel: 'general' })],
    field: 'spec.channel',
    severity: 'warning',
    words: /msteams takes no channel/,
    good: alerts,
    goodObjects: [alertProvider({ type: 'slack', channel: 'general' })],
  },
  {
    rule: 'unused-field',
    says: 'the vendor does nothing with it',
    bad: custom(),
    badObjects: [template('up', { 'spec.provider.region': 'eu-west-1' })],
    field: 'spec.provider.region',
    severity: 'warning',
    words: /prometheus takes no region/,
    good: custom(),
    goodObjects: [template('up')],
  },
  {
    rule: 'query-without-trigger',
    says: 'the trigger has its name in its metadata',
    bad: SCALED,
    badObjects: [scaledObject({ metadata: { name: 'prom-trigger', query: 'x' } })],
    field: 'spec.autoscalerRef.primaryScalerQueries.prom-trigger',
    severity: 'error',
    words: /its triggers have no names: the primary would be scaled by the target's query.*beside its type/,
    good: SCALED,
    goodObjects: [scaledObject({ name: 'prom-trigger', metadata: { query: 'x' } })],
  },
  {
    rule: 'query-unreadable',
    says: 'a bracket is missing',
    bad: custom(),
    badObjects: [template('sum(rate(x{a=")"}[1m])')],
    field: 'spec.query',
    severity: 'error',
    words: /prometheus can't read it: the query can't be read: a "\)" is missing/,
    good: custom(),
    goodObjects: [template('sum(rate(x{a=")"}[1m])) # (')],
  },
  {
    rule: 'query-unreadable',
    says: 'it is no JSON',
    bad: custom(),
    badObjects: [template('SELECT 1', { 'spec.provider': { type: 'cloudwatch', region: 'eu-west-1' } })],
    field: 'spec.query',
    severity: 'error',
    words: /cloudwatch can't read it: .*must be a JSON array/,
    good: custom(),
    goodObjects: [template('[{"Id":"a"}]', { 'spec.provider': { type: 'cloudwatch', region: 'eu-west-1' } })],
  },
  {
    rule: 'hook-of-another-type',
    says: 'a load test is asked as a gate',
    bad: hook({ type: 'confirm-promotion', metadata: { cmd: 'hey -z 1m http://a/' } }),
    field: `${A}webhooks[0].type`,
    severity: 'error',
    words: /the gate would always be open.*use the type rollout/,
    good: hook({ type: 'rollout', metadata: { cmd: 'hey -z 1m http://a/' } }),
  },
  {
    rule: 'hook-of-another-type',
    says: 'a gate is asked at each check',
    bad: hook({ type: 'rollout', url: 'http://loadtester.test/gate/check' }),
    field: `${A}webhooks[0].type`,
    severity: 'warning',
    words: /asked whether a release may go on.*use the type confirm-rollout or/,
    good: hook({ type: 'confirm-rollout', url: 'http://loadtester.test/gate/check' }),
  },
  {
    rule: 'hook-of-another-type',
    says: 'it turns the gate itself',
    bad: hook({ type: 'confirm-rollout', url: 'http://loadtester.test/gate/open' }),
    field: `${A}webhooks[0].type`,
    severity: 'error',
    words: /which a person turns.*ends with check/,
    good: hook({ type: 'rollback', url: 'http://loadtester.test/rollback/check' }),
  },
];

const STEPS: readonly Case[] = [
  {
    rule: 'max-weight-not-a-multiple',
    says: 'the last step is a smaller one',
    bad: { [`${A}stepWeight`]: 30 },
    field: `${A}maxWeight`,
    severity: 'warning',
    words: /50 is no multiple of stepWeight 30: the last step is one of 20.*use 30 or 60.*divides 50, such as 25/,
    good: { [`${A}stepWeight`]: 25 },
  },
  {
    rule: 'max-weight-not-a-multiple',
    says: 'there is no multiple above 100',
    bad: { [`${A}stepWeight`]: 40, [`${A}maxWeight`]: undefined },
    field: `${A}maxWeight`,
    severity: 'warning',
    words: /100 is no multiple of stepWeight 40.*use 80 as maxWeight/,
    good: { [`${A}stepWeight`]: 20, [`${A}maxWeight`]: undefined },
  },
  {
    rule: 'step-above-max',
    says: 'the step is never taken',
    bad: { [`${A}stepWeight`]: 60 },
    field: `${A}stepWeight`,
    severity: 'warning',
    words: /a step of 60 is never taken/,
    good: { [`${A}stepWeight`]: 50 },
  },
  {
    rule: 'max-weight-without-effect',
    says: 'the last of stepWeights is the bound',
    bad: { ...weights([10, 50, 80]), [`${A}maxWeight`]: 50 },
    field: `${A}maxWeight`,
    severity: 'warning',
    words: /no effect.*up to 80 %/,
    good: { ...weights([10, 50]), [`${A}maxWeight`]: 50 },
  },
  {
    rule: 'max-weight-without-effect',
    says: 'iterations have no weights',
    bad: { ...iterations(5), [`${A}maxWeight`]: 50 },
    field: `${A}maxWeight`,
    severity: 'warning',
    words: /5 iterations has no weights/,
    good: iterations(5),
  },
  {
    rule: 'unreachable-step',
    says: 'nothing is above 100 percent',
    bad: weights([10, 50, 150]),
    field: `${A}stepWeights[2]`,
    severity: 'warning',
    words: /150 % is never reached/,
    good: weights([10, 50, 100]),
  },
  {
    rule: 'all-at-once',
    says: 'the canary gets everything before any check',
    bad: weights([100]),
    field: `${A}stepWeights`,
    severity: 'warning',
    words: /all traffic, before any check/,
    good: weights([50]),
  },
  {
    rule: 'no-iterations',
    says: 'nothing is left of the release',
    bad: iterations(0),
    field: `${A}iterations`,
    severity: 'error',
    words: /all traffic before any check/,
    good: iterations(1),
  },
  {
    rule: 'broken-iterations',
    says: 'there are whole ones only',
    bad: iterations(2.5),
    field: `${A}iterations`,
    severity: 'warning',
    words: /2.5 acts as 3/,
    good: iterations(3),
  },
  {
    rule: 'match-without-iterations',
    says: 'it is no A/B test',
    bad: { [`${A}match`]: AUDIENCE },
    field: `${A}match`,
    severity: 'warning',
    words: /advances by weights/,
    good: { ...iterations(5), [`${A}match`]: AUDIENCE },
  },
  {
    rule: 'mirror-without-effect',
    says: 'an A/B test mirrors nothing',
    bad: { ...iterations(5), [`${A}match`]: AUDIENCE, [`${A}mirror`]: true },
    field: `${A}mirror`,
    severity: 'warning',
    words: /an A\/B test mirrors nothing/,
    good: { ...iterations(5), [`${A}mirror`]: true },
  },
  {
    rule: 'mirror-without-effect',
    says: 'its weight means nothing alone',
    bad: { [`${A}mirrorWeight`]: 50 },
    field: `${A}mirrorWeight`,
    severity: 'warning',
    words: /nothing is mirrored/,
    good: { [`${A}mirrorWeight`]: 50, [`${A}mirror`]: true },
  },
  {
    rule: 'invalid',
    says: 'a provider that mirrors nothing is asked to',
    bad: { 'spec.provider': 'traefik', 'spec.routeRef': undefined, [`${A}mirror`]: true },
    field: `${A}mirror`,
    severity: 'error',
    words: /traefik can't mirror requests, remove it or use a provider that can: apisix/,
    good: { 'spec.provider': 'istio', 'spec.routeRef': undefined, [`${A}mirror`]: true },
  },
  {
    rule: 'not-as-written',
    says: 'Services alone know no weights',
    bad: { 'spec.provider': 'kubernetes', 'spec.routeRef': undefined },
    field: 'spec.analysis',
    severity: 'warning',
    words: /Progressive traffic is not supported when using the kubernetes provider/,
    good: { ...iterations(10), 'spec.provider': 'kubernetes', 'spec.routeRef': undefined },
  },
  {
    rule: 'interval-raised',
    says: 'checks come less often',
    bad: { [`${A}interval`]: '5s' },
    field: `${A}interval`,
    severity: 'warning',
    words: /raised to 10 s/,
    good: { [`${A}interval`]: '10s' },
  },
  {
    rule: 'threshold-raised',
    says: 'one failure is enough',
    bad: { [`${A}threshold`]: 0 },
    field: `${A}threshold`,
    severity: 'warning',
    words: /0 acts as 1/,
    good: { [`${A}threshold`]: 1 },
  },
];

const RATE = 'request-success-rate';
const DURATION = 'request-duration';
const RANGE = `${A}metrics[0].thresholdRange`;

const THRESHOLDS: readonly Case[] = [
  {
    rule: 'wrong-sign',
    says: 'a success rate has no upper bound',
    bad: metric({ name: RATE, thresholdRange: { max: 99 } }),
    field: `${RANGE}.max`,
    severity: 'error',
    words: /the better the canary, the sooner.*use min/,
    good: metric({ name: RATE, thresholdRange: { min: 99, max: 100 } }),
  },
  {
    rule: 'wrong-sign',
    says: 'a duration has no lower bound alone',
    bad: metric({ name: DURATION, thresholdRange: { min: 500 } }),
    field: `${RANGE}.min`,
    severity: 'error',
    words: /faster than 500 ms fails.*use max/,
    good: metric({ name: DURATION, thresholdRange: { max: 500 } }),
  },
  {
    rule: 'wrong-sign',
    says: 'errors should be few',
    bad: custom({ name: '404s percentage', thresholdRange: { min: 5 } }),
    field: `${RANGE}.min`,
    severity: 'warning',
    words: /404s percentage should be low, and it fails below 5.*max instead of min/,
    good: custom({ name: '404s percentage', thresholdRange: { max: 5 } }),
    badObjects: [template('vector(1)')],
    goodObjects: [template('vector(1)')],
  },
  {
    rule: 'wrong-sign',
    says: 'successes should be many',
    bad: custom({ name: 'checkout success', thresholdRange: { max: 95 } }),
    field: `${RANGE}.max`,
    severity: 'warning',
    words: /should be high, and it fails above 95.*min instead of max/,
    good: custom({ name: 'checkout success', thresholdRange: { min: 95 } }),
  },
  {
    rule: 'wrong-sign',
    says: 'nothing is counted below 0',
    bad: custom({ thresholdRange: { max: -5 } }),
    field: `${RANGE}.max`,
    severity: 'warning',
    words: /never below 0/,
    good: custom({ thresholdRange: { max: 0 } }),
  },
  {
    rule: 'never-passes',
    says: 'nothing answers in less than a millisecond',
    bad: metric({ name: DURATION, thresholdRange: { max: 0.5 } }),
    field: `${RANGE}.max`,
    severity: 'error',
    words: /whole milliseconds.*every canary fails/,
    good: metric({ name: DURATION, thresholdRange: { max: 1 } }),
  },
  {
    rule: 'never-passes',
    says: 'a duration without threshold has the threshold 0',
    bad: metric({ name: DURATION }),
    field: `${RANGE}.max`,
    severity: 'error',
    words: /there is no threshold, so everything above 0 ms fails/,
    good: metric({ name: DURATION, threshold: 500 }),
  },
  {
    rule: 'never-passes',
    says: 'no rate is above 100',
    bad: metric({ name: RATE, thresholdRange: { min: 990 } }),
    field: `${RANGE}.min`,
    severity: 'error',
    words: /no success rate is above 100/,
    good: metric({ name: RATE, thresholdRange: { min: 100 } }),
  },
  {
    rule: 'suspicious-unit',
    says: 'the unit is percent',
    bad: metric({ name: RATE, thresholdRange: { min: 0.99 } }),
    field: `${RANGE}.min`,
    severity: 'warning',
    words: /the unit is percent.*use 99/,
    good: metric({ name: RATE, thresholdRange: { min: 99 } }),
  },
  {
    rule: 'never-halts',
    says: 'a success rate without threshold passes',
    bad: metric({ name: RATE }),
    field: `${RANGE}.min`,
    severity: 'warning',
    words: /no success rate is too low/,
    good: metric({ name: RATE, threshold: 99 }),
  },
  {
    rule: 'never-halts',
    says: 'a range has bounds',
    bad: custom({ thresholdRange: {} }),
    field: RANGE,
    severity: 'warning',
    words: /any value passes/,
    good: custom({ thresholdRange: { min: 1 } }),
  },
  {
    rule: 'never-halts',
    says: 'a duration of 0 or more is any',
    bad: metric({ name: DURATION, thresholdRange: { min: 0 } }),
    field: `${RANGE}.max`,
    severity: 'warning',
    words: /no request is too slow/,
    good: metric({ name: DURATION, thresholdRange: { min: 0, max: 500 } }),
  },
  {
    rule: 'no-threshold',
    says: 'a custom metric needs one',
    bad: custom({ thresholdRange: undefined }),
    field: `${RANGE}.max`,
    severity: 'warning',
    words: /everything above 0 fails/,
    good: custom({ thresholdRange: undefined, threshold: 0 }),
  },
];

const WINDOWS: readonly Case[] = [
  {
    rule: 'window-longer-than-release',
    says: 'it judges what was before',
    bad: metric({ name: RATE, interval: '2m', thresholdRange: { min: 99 } }),
    field: `${A}metrics[0].interval`,
    severity: 'info',
    words: /looks back 2m, and the whole analysis lasts 50s at best: it never looks back that far/,
    good: metric({ name: RATE, interval: '50s', thresholdRange: { min: 99 } }),
  },
  {
    rule: 'window-with-gaps',
    says: 'some requests are never looked at',
    bad: { ...metric({ name: RATE, interval: '30s', thresholdRange: { min: 99 } }), [`${A}interval`]: '1m' },
    field: `${A}metrics[0].interval`,
    severity: 'info',
    words: /looks back 30s every 1m0s/,
    good: { ...metric({ name: RATE, interval: '1m', thresholdRange: { min: 99 } }), [`${A}interval`]: '1m' },
  },
];

const HOOKS: readonly Case[] = [
  {
    rule: 'nothing-judges',
    says: 'any canary passes',
    bad: { [`${A}metrics`]: [], [`${A}webhooks`]: [] },
    field: `${A}metrics`,
    severity: 'warning',
    words: /any canary passes/,
    good: { [`${A}metrics`]: [] },
  },
  {
    rule: 'unreachable-check',
    says: 'a skipped analysis asks nobody',
    bad: { 'spec.skipAnalysis': true },
    field: 'spec.skipAnalysis',
    severity: 'warning',
    words: /never asked: request-success-rate, request-duration, load-test/,
    good: { 'spec.skipAnalysis': true, [`${A}metrics`]: [], ...hook({ type: 'confirm-rollout' }) },
  },
  {
    rule: 'unreachable-gate',
    says: 'iterations raise no weight',
    bad: { ...iterations(5), ...hook({ type: 'confirm-traffic-increase' }) },
    field: `${A}webhooks[0].type`,
    severity: 'warning',
    words: /h is never asked: a Blue\/Green release goes by iterations/,
    good: hook({ type: 'confirm-traffic-increase' }),
  },
  {
    rule: 'hooks-longer-than-interval',
    says: 'retries take their time',
    bad: hook({ timeout: '5s', retries: 2 }),
    field: `${A}webhooks`,
    severity: 'info',
    words: /may take 15 s/,
    good: hook({ timeout: '5s', retries: 1 }),
  },
];

const STRATEGY = 'spec.strategy.rollingUpdate.maxUnavailable';
const CONTAINER = 'spec.template.spec.containers[0]';

const ON_NODES = { 'spec.targetRef.kind': 'DaemonSet' };
const ON_NODE = 'spec.updateStrategy.rollingUpdate.maxUnavailable';

function daemonSet(edits: Edits = {}): object {
  const updateStrategy = { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
  return target({
    kind: 'DaemonSet',
    ...{ 'spec.replicas': undefined, 'spec.strategy': undefined, 'spec.updateStrategy': updateStrategy },
    ...edits,
  });
}

const SKIPPER: Edits = {
  'spec.provider': 'skipper',
  'spec.routeRef': undefined,
  'spec.ingressRef': { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'podinfo' },
};

const PRIMARY: readonly Case[] = [
  {
    rule: 'no-pre-stop',
    says: 'pods wait until a data plane that is late has followed',
    bad: SKIPPER,
    badObjects: [target()],
    field: `${CONTAINER}.lifecycle.preStop`,
    severity: 'warning',
    words: /skipper learns up to 3 s late.*sleeps 5 seconds/,
    good: SKIPPER,
    goodObjects: [target({ [`${CONTAINER}.lifecycle`]: { preStop: { sleep: { seconds: 5 } } } })],
  },
  {
    rule: 'no-pre-stop',
    says: 'and need not where it follows at once',
    bad: { 'spec.provider': 'traefik', 'spec.routeRef': undefined },
    badObjects: [target()],
    field: `${CONTAINER}.lifecycle.preStop`,
    severity: 'warning',
    words: /traefik learns up to 2 s late/,
    good: {},
    goodObjects: [target()],
  },
  {
    rule: 'no-readiness-probe',
    says: 'the serving container has one',
    bad: {},
    badObjects: [target({ [`${CONTAINER}.readinessProbe`]: undefined })],
    field: `${CONTAINER}.readinessProbe`,
    severity: 'warning',
    words: /send requests to podinfod the moment it starts/,
    good: {},
    goodObjects: [target()],
  },
  {
    rule: 'no-liveness-probe',
    says: 'a hanging container is restarted',
    bad: {},
    badObjects: [target({ [`${CONTAINER}.livenessProbe`]: undefined })],
    field: `${CONTAINER}.livenessProbe`,
    severity: 'info',
    words: /nothing restarts podinfod/,
    good: {},
    goodObjects: [target()],
  },
  {
    rule: 'max-unavailable',
    says: 'no pod goes before another comes',
    bad: {},
    badObjects: [target({ [STRATEGY]: 1 })],
    field: STRATEGY,
    severity: 'warning',
    words: /up to 1 of 2 pods/,
    good: {},
    goodObjects: [target({ [STRATEGY]: '25%' })],
  },
  {
    rule: 'max-unavailable',
    says: 'a default of 25 % is a pod of four',
    bad: {},
    badObjects: [target({ 'spec.strategy': undefined, 'spec.replicas': 4 })],
    field: STRATEGY,
    severity: 'warning',
    words: /up to 1 of 4 pods \(25% where nothing is set\)/,
    good: {},
    goodObjects: [target({ 'spec.strategy': undefined, 'spec.replicas': 3 })],
  },
  {
    rule: 'max-unavailable',
    says: 'an autoscaler makes more of them',
    bad: { 'spec.autoscalerRef': { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'podinfo' } },
    badObjects: [target({ 'spec.strategy': undefined }), autoscaler(8)],
    field: STRATEGY,
    severity: 'warning',
    words: /up to 2 of 8 pods/,
    good: { 'spec.autoscalerRef': { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name: 'podinfo' } },
    goodObjects: [target({ 'spec.strategy': undefined }), autoscaler(3)],
  },
  {
    rule: 'primary-not-rolled',
    says: 'pods are replaced one by one',
    bad: {},
    badObjects: [target({ 'spec.strategy': { type: 'Recreate' } })],
    field: 'spec.strategy.type',
    severity: 'error',
    words: /ends all its pods before it starts new ones/,
    good: {},
    goodObjects: [target()],
  },
  {
    rule: 'primary-not-rolled',
    says: 'a DaemonSet replaces its pods by itself',
    bad: ON_NODES,
    badObjects: [daemonSet({ 'spec.updateStrategy': { type: 'OnDelete' } })],
    field: 'spec.updateStrategy.type',
    severity: 'error',
    words: /waits for somebody to delete its pods/,
    good: ON_NODES,
    goodObjects: [daemonSet()],
  },
  {
    rule: 'max-unavailable',
    says: 'a DaemonSet has a pod on each node all the time',
    bad: ON_NODES,
    badObjects: [daemonSet({ 'spec.updateStrategy': undefined })],
    field: 'spec.updateStrategy.rollingUpdate.maxUnavailable',
    severity: 'warning',
    words: /goes down on one node after another \(1 where nothing is set\)/,
    good: ON_NODES,
    goodObjects: [daemonSet()],
  },
  {
    rule: 'max-unavailable',
    says: 'a share of a DaemonSet is some nodes',
    bad: ON_NODES,
    badObjects: [daemonSet({ [ON_NODE]: '10%' })],
    field: ON_NODE,
    severity: 'warning',
    words: /goes down on up to 10% of the nodes at once/,
    good: ON_NODES,
    goodObjects: [daemonSet({ [ON_NODE]: '0%' })],
  },
];

function autoscaler(maxReplicas: number): object {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'podinfo', namespace: 'test' },
    spec: { maxReplicas },
  };
}

const subject = (op: string, value: string): object => ({ subject: { scope: 'Header', name: 'x-who' }, op, value });

const REFERENCES: readonly Case[] = [
  {
    rule: 'route-unusable',
    says: 'a rule leads to the service',
    bad: {},
    badObjects: [route({ 'spec.http[0].backends[0].serviceName': 'other' })],
    field: 'spec.http',
    severity: 'error',
    words: /no rule of it leads to the Service podinfo.test/,
    good: {},
    goodObjects: [route()],
  },
  {
    rule: 'route-unusable',
    says: 'with one backend',
    bad: {},
    badObjects: [route({ 'spec.http[0].backends[1]': { serviceName: 'other', servicePort: 80 } })],
    field: 'spec.http',
    severity: 'error',
    words: /its rule method has 2 backends/,
    good: {},
    goodObjects: [route()],
  },
  {
    rule: 'route-unreadable',
    says: 'its conditions can be read',
    bad: {},
    badObjects: [route({ 'spec.http[0].match.exprs': [subject('Equal', '(('), subject('RegexMatch', '((')] })],
    field: 'spec.http[0].match.exprs[1].value',
    severity: 'error',
    words: /it can't be read: it has a \( that is never closed/,
    good: {},
    goodObjects: [
      route({ 'spec.http[0].match.exprs': [subject('RegexMatch', '^(?!bot)'), { op: 'In', set: ['(('] }] }),
    ],
  },
  {
    rule: 'mirror-host',
    says: 'APISIX finds where copies go',
    bad: { ...iterations(3), [`${A}mirror`]: true },
    field: `${A}mirror`,
    severity: 'info',
    words: /looks up podinfo-canary\.test for every request/,
    good: iterations(3),
  },
  {
    rule: 'route-not-measured',
    says: 'requests are counted by name',
    bad: {},
    badObjects: [route({ 'spec.http[0].plugins[0].config.prefer_name': undefined })],
    field: 'spec.http[0].plugins',
    severity: 'warning',
    words: /counted by the id of the route.*prefer_name: true/,
    good: {},
    goodObjects: [route()],
  },
  {
    rule: 'route-not-measured',
    says: 'requests are counted',
    bad: {},
    badObjects: [route({ 'spec.http[0].plugins': undefined })],
    field: 'spec.http[0].plugins',
    severity: 'warning',
    words: /not counted/,
    good: { [`${A}metrics`]: [] },
    goodObjects: [route({ 'spec.http[0].plugins': undefined })],
  },
  {
    rule: 'invalid',
    says: 'a template in the file is valid',
    bad: custom(),
    badObjects: [template('vector(1)', { 'spec.provider.address': 'nowhere' })],
    field: 'spec.provider.address',
    severity: 'error',
    words: /use a whole URL/,
    good: custom(),
    goodObjects: [template('vector(1)')],
  },
  {
    rule: 'invalid',
    says: 'a target in the file has pods',
    bad: {},
    badObjects: [target({ 'spec.template.spec.containers': [] })],
    field: 'spec.template.spec.containers',
    severity: 'error',
    words: /is not valid.*use 1 or more/,
    good: {},
    goodObjects: [target()],
  },
  {
    rule: 'shared-target',
    says: 'a target has one Canary',
    bad: {},
    badObjects: [canaryWith({ 'metadata.name': 'second' })],
    field: 'spec.targetRef.name',
    severity: 'error',
    words: /second releases the same Deployment/,
    good: {},
    goodObjects: [canaryWith({ 'metadata.name': 'second', 'spec.targetRef.name': 'other' })],
  },
  {
    rule: 'not-looked-at',
    says: 'what is not in the file is said to be unknown',
    bad: custom(),
    badObjects: [target(), route()],
    field: `${A}metrics[0].templateRef.name`,
    severity: 'info',
    words: /MetricTemplate\/custom was not looked at: it is not in the file.*--cluster/,
    good: custom(),
    goodObjects: [target(), route(), template('vector(1)')],
  },
];

const RENAMED = { 'spec.service.name': 'shop' };

const TEMPLATES: readonly Case[] = [
  {
    rule: 'template-unreadable',
    says: 'its variables are set',
    bad: custom(),
    badObjects: [template('up{app="{{ variables.app }}"}')],
    field: 'spec.query',
    severity: 'error',
    words: /line 1, column .*app.*orders would halt every release/,
    good: custom({ templateVariables: { app: 'podinfo' } }),
    goodObjects: [template('up{app="{{ variables.app }}"}')],
  },
  {
    rule: 'template-without-interval',
    says: 'a query that has it needs it',
    bad: custom({ interval: undefined }),
    badObjects: [template('rate(x[{{ interval }}])')],
    field: `${A}metrics[0].interval`,
    severity: 'error',
    words: /templates have no default: the query has \{\{ interval \}\}/,
    good: custom({ interval: undefined }),
    goodObjects: [template('rate(x[1m])')],
  },
  {
    rule: 'template-without-interval',
    says: 'a provider that has it needs it',
    bad: custom({ interval: undefined }),
    badObjects: [template('avg:x{*}', { 'spec.provider': { type: 'datadog' } })],
    field: `${A}metrics[0].interval`,
    severity: 'error',
    words: /datadog is asked about a span of time/,
    good: custom(),
    goodObjects: [template('avg:x{*}', { 'spec.provider': { type: 'datadog' } })],
  },
  {
    rule: 'template-names-target',
    says: 'APISIX knows the service',
    bad: { ...custom(), ...RENAMED },
    badObjects: [template('x{route=~".*-{{ target }}-canary_.+"}')],
    field: 'spec.query',
    severity: 'warning',
    words: /asks for "podinfo-canary", and apisix knows it as "shop-canary"/,
    good: { ...custom(), ...RENAMED },
    goodObjects: [template('x{route=~".*-{{ service }}-canary_.+"}')],
  },
  {
    rule: 'inverted-ratio',
    says: 'the walkthrough’s 404s percentage is the percentage of the others',
    bad: custom({ name: '404s percentage', thresholdRange: { max: 5 } }),
    badObjects: [template(NOT_FOUND_PERCENTAGE)],
    field: 'spec.query',
    severity: 'warning',
    words: /counts what does not match "4\.\." and divides it by all.*high where all is well.*fails above 5/,
    good: custom({ name: '404s percentage', thresholdRange: { max: 5 } }),
    goodObjects: [template(`100 - ${NOT_FOUND_PERCENTAGE}`)],
  },
  {
    rule: 'inverted-ratio',
    says: 'a ratio of what matches is meant so',
    bad: custom({ name: '404s percentage', thresholdRange: { max: 5 } }),
    badObjects: [template('sum(a{status!="404"}) / sum(a{path="/x/y"})')],
    field: 'spec.query',
    severity: 'warning',
    words: /does not match "404"/,
    good: custom({ name: '404s percentage', thresholdRange: { max: 5 } }),
    goodObjects: [template('sum(a{status="404"}) / sum(a{status!~"5.."})')],
  },
];

const ALL = {
  'fields that nobody uses': FIELDS,
  'steps of a release': STEPS,
  'thresholds of metrics': THRESHOLDS,
  'windows of metrics': WINDOWS,
  webhooks: HOOKS,
  'the primary': PRIMARY,
  'objects that are referred to': REFERENCES,
  templates: TEMPLATES,
};

for (const [title, cases] of Object.entries(ALL)) {
  describe(title, () => {
    for (const one of cases) {
      test(`${one.rule}: ${one.says}`, async () => {
        const found = await findingsBy(one.rule, one.bad, one.badObjects);
        const [finding] = found;
        assert.ok(finding && found.length === 1, JSON.stringify(found));
        assert.deepEqual([finding.field, finding.severity], [one.field, one.severity]);
        assert.match(`${finding.message}; ${finding.remedy}`, one.words);
        assert.deepEqual(await findingsBy(one.rule, one.good, one.goodObjects), []);
      });
    }
  });
}

describe('a whole policy', () => {
  test('the walkthrough’s is fine, with all its objects', async () => {
    const { findings, best } = await checked([canaryWith({}), target(), route()]);
    assert.deepEqual(
      findings.map(({ rule, severity, field }) => [rule, severity, field]),
      [['window-longer-than-release', 'info', `${A}metrics[0].interval`]],
    );
    assert.deepEqual([best?.seconds, best?.weights], [50, [10, 20, 30, 40, 50]]);
  });

  test('looks back as far as in Flagger where that is set', async () => {
    const settings = { ...DEFAULT_SETTINGS, metricWindow: 'flagger' } as const;
    const { findings } = await checked([canaryWith({}), target(), route()], { settings });
    assert.deepEqual(findings, [
      {
        rule: 'window-longer-than-release',
        severity: 'warning',
        object: 'Canary/podinfo',
        field: `${A}metrics[0].interval`,
        value: '1m',
        message:
          'request-success-rate looks back 1m, and the whole analysis lasts 50s at best: a bad canary is averaged with what was before it',
        remedy: 'use 50s or less, or a longer analysis',
      },
    ]);
  });

  test('all that makes it invalid is said at once, the worst first elsewhere', async () => {
    const invalid = await checked([
      canaryWith({ [`${A}threshold`]: 1.5, [`${A}stepWeight`]: 0, 'spec.service.port': 0 }),
    ]);
    assert.deepEqual(
      invalid.findings.map(({ rule, field }) => [rule, field]),
      [
        ['invalid', 'spec.service.port'],
        ['invalid', `${A}threshold`],
        ['invalid', `${A}stepWeight`],
      ],
    );
    assert.equal(invalid.best, undefined);
    const shape = await checked([canaryWith({ [`${A}interval`]: 'soon', 'spec.targetRef.kind': 'Pod' })]);
    assert.deepEqual(shape.findings.map(({ field }) => field).sort(), [`${A}interval`, 'spec.targetRef.kind']);

    const { findings } = await checked([canaryWith(metric({ name: DURATION })), target({ [STRATEGY]: 1 })]);
    const severities = findings.map(({ severity }) => severity);
    assert.deepEqual(
      severities,
      [...severities].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)),
    );
    assert.equal(severities[0], 'error');
  });
});

const ORDER = ['error', 'warning', 'info'];
