import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Command } from 'commander';
import { addFlaggerFlags, flagsWithoutEffect, withTwoDashes } from '../../src/cli/flags/flagger-flags.js';
import { addEngineFlags, settingsOf, type EngineFlags } from '../../src/cli/flags/engine-flags.js';

/** The arguments of Flagger's Helm chart with everything switched on (contract, sections 9.3 and 9.4). */
const CHART = [
  '-log-level=info',
  '-mesh-provider=apisix',
  '-metrics-server=http://prometheus.apisix:9090',
  '-namespace=shop',
  '-selector-labels=app,name',
  '-enable-config-tracking=true',
  '-include-label-prefix=team.example.org/',
  '-ingress-annotations-prefix=nginx.ingress.kubernetes.io',
  '-ingress-class=contour',
  '-slack-user=flagger',
  '-slack-channel=releases',
  '-slack-url=https://hooks.slack.example/x',
  '-event-webhook=https://events.example/x',
  '-cluster-name=blue',
  '-no-cross-namespace-refs=true',
  '-enable-leader-election=true',
  '-leader-election-namespace=flagger-system',
  '-threadiness=4',
  '-kubeconfig-qps=100',
  '-kubeconfig-burst=250',
  '-control-loop-interval=10s',
  '-zap-encoding=json',
];

function flagsOf(args: readonly string[]): EngineFlags {
  const command = addFlaggerFlags(addEngineFlags(new Command('all'))).exitOverride();
  command.parse(withTwoDashes(args), { from: 'user' });
  return command.opts<EngineFlags>();
}

describe("a deployment's arguments may stay as they were with Flagger", () => {
  test('those that mean something mean the same', () => {
    const settings = settingsOf(flagsOf(CHART));
    assert.equal(settings.meshProvider, 'apisix');
    assert.equal(settings.metricsServer, 'http://prometheus.apisix:9090');
    assert.equal(settings.namespace, 'shop');
    assert.deepEqual(settings.selectorLabels, ['app', 'name']);
    assert.deepEqual(settings.includeLabelPrefixes, ['team.example.org/']);
    assert.equal(settings.ingressClass, 'contour');
    assert.equal(settings.clusterName, 'blue');
    assert.equal(settings.noCrossNamespaceRefs, true);
    assert.equal(settings.notifications.eventWebhook, 'https://events.example/x');
    assert.equal(settings.notifications.notifier?.channel, 'releases');
  });

  test('those without effect are named, each with its reason', () => {
    const named = flagsWithoutEffect(flagsOf(CHART)).map((line) => line.split(' ')[0]);
    assert.deepEqual(named.sort(), [
      '--control-loop-interval',
      '--enable-leader-election',
      '--kubeconfig-burst',
      '--kubeconfig-qps',
      '--leader-election-namespace',
      '--threadiness',
      '--zap-encoding',
    ]);
    assert.deepEqual(flagsWithoutEffect(flagsOf([])), []);
  });

  test('those that ask for something else are refused', () => {
    assert.throws(() => flagsWithoutEffect(flagsOf(['-kubeconfig-service-mesh=/x'])), /another cluster/);
    assert.throws(() => flagsWithoutEffect(flagsOf(['-master=https://x'])), /--kubeconfig/);
  });

  test('a flag without value is a flag that is set', () => {
    assert.equal(settingsOf(flagsOf(['-no-cross-namespace-refs'])).noCrossNamespaceRefs, true);
    assert.equal(settingsOf(flagsOf(['--enable-config-tracking'])).configTracking, true);
    assert.equal(settingsOf(flagsOf(['-no-cross-namespace-refs=false'])).noCrossNamespaceRefs, false);
  });

  test('short flags and values stay what they are', () => {
    assert.deepEqual(withTwoDashes(['get', '-n', 'shop', '-o', 'json', '-', '--port=1']), [
      'get',
      '-n',
      'shop',
      '-o',
      'json',
      '-',
      '--port=1',
    ]);
  });
});
