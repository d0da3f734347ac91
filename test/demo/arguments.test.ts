import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readArguments, USAGE } from '../../demo/cli/arguments.js';
import { figuresFor } from '../../demo/release/plan.js';
import { UsageError } from '../../lab/cli/usage-error.js';

const folder = mkdtempSync(join(tmpdir(), 'serinus-demo-'));
const kubeconfig = join(folder, 'kubeconfig');
writeFileSync(kubeconfig, '');
after(() => rmSync(folder, { recursive: true }));

const CLUSTER = [
  '--kubeconfig',
  kubeconfig,
  '--gateway-url',
  'http://127.0.0.1:9080/',
  '--metrics-server',
  'http://p:9090',
];
const read = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => readArguments(args, env);

describe('the demo’s command line', () => {
  test('without anything shows two short releases in a lab of its own, and stays', () => {
    assert.deepEqual(read([]), {
      help: false,
      once: false,
      json: false,
      walkthrough: false,
      provider: 'apisix',
      dir: undefined,
      namespace: 'test',
      temporalUi: undefined,
      existing: { temporal: false, cluster: undefined },
    });
  });

  test('takes every flag that its help names', () => {
    const flags = [...USAGE.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, flag]) => flag ?? '');
    assert.ok(flags.includes('once') && flags.includes('existing-temporal'), flags.join(' '));
    const takesValue = (flag: string) => new RegExp(`--${flag} [A-Z]+`).test(USAGE);
    for (const flag of flags) {
      const value = {
        provider: 'contour',
        kubeconfig,
        namespace: 'shop',
        'gateway-url': 'http://g:1',
        'metrics-server': 'http://m:1',
      }[flag];
      const args = takesValue(flag) ? [`--${flag}`, value ?? 'x'] : [`--${flag}`];
      // Those about a cluster only make sense together.
      const others = ['context', 'gateway-url', 'metrics-server', 'kubeconfig'].includes(flag) ? CLUSTER : [];
      assert.doesNotThrow(() => read([...others, ...args]), flag);
    }
  });

  test('finds an existing cluster by flags or variables, flags first', () => {
    const env = {
      SERINUS_KUBECONFIG: kubeconfig,
      SERINUS_CONTEXT: 'staging',
      SERINUS_GATEWAY_URL: 'http://gateway',
      SERINUS_METRICS_SERVER: 'http://prometheus',
      SERINUS_EXISTING_TEMPORAL: '1',
    };
    const { existing } = read(['--gateway-url', 'http://other/'], env);
    assert.deepEqual(existing, {
      temporal: true,
      cluster: { kubeconfig, context: 'staging', gatewayUrl: 'http://other', metricsServer: 'http://prometheus' },
    });
  });

  const refused: readonly (readonly [RegExp, ...string[]])[] = [
    [/--bogus.*see npm run demo -- --help/, '--bogus'],
    [/'more'/, 'more'],
    [/"Shop" can't be the name of a namespace/, '--namespace', 'Shop'],
    [/"" can't be the name of a namespace/, '--namespace', ''],
    [/there is no kubeconfig \/nowhere/, '--kubeconfig', '/nowhere'],
    [/needs --gateway-url/, '--kubeconfig', kubeconfig, '--metrics-server', 'http://p:9090'],
    [/needs --metrics-server/, '--kubeconfig', kubeconfig, '--gateway-url', 'http://g:9080'],
    [/--gateway-url must be a URL/, '--kubeconfig', kubeconfig, '--gateway-url', 'g:9080'],
    [/--context is about an existing cluster: name it with --kubeconfig/, '--context', 'staging'],
  ];
  for (const [expected, ...args] of refused) {
    test(`refuses ${args.join(' ')}`, () => {
      assert.throws(
        () => read(args),
        (error) => error instanceof UsageError && expected.test(error.message),
      );
    });
  }
});

describe('what is released', () => {
  test('in the lab: every 4 seconds, and a version that fails by itself', () => {
    const { intervalSeconds, releases } = figuresFor({ walkthrough: false, existingCluster: false });
    assert.equal(intervalSeconds, 4);
    assert.deepEqual(
      releases.map(({ version, expected, attacked }) => [version, expected, attacked]),
      [
        ['6.0.1', 'promoted', false],
        ['6.0.2-errors', 'rolled-back', false],
      ],
    );
  });

  test('as published, and in somebody’s cluster in any case: every 10 seconds, and an attack', () => {
    const asPublished = figuresFor({ walkthrough: true, existingCluster: false });
    assert.equal(asPublished.intervalSeconds, 10);
    assert.deepEqual(
      asPublished.releases.map(({ version, attacked }) => [version, attacked]),
      [
        ['6.0.1', false],
        ['6.0.2', true],
      ],
    );
    assert.deepEqual(figuresFor({ walkthrough: false, existingCluster: true }), asPublished);
  });
});
