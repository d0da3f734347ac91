import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { checkAnswerSchema, type CheckAnswer, type CheckedCanary } from '../../src/api/schema/check.js';
import { describeChecked } from '../../src/cli/client/checked.js';
import { ENDPOINT_SLICES } from '../../src/kube/object.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { canaryObject } from '../harness/api/cluster.js';
import { NOT_FOUND_PERCENTAGE, route, target, template } from '../check/fixtures.js';
import { canaryWith } from '../crds/fixtures.js';
import { number, prometheus } from '../metrics/fixtures.js';
import { closedAddress } from '../harness/http/server.js';
import { createProgram } from '../../src/cli/program.js';
import { runCommandLine } from '../../src/cli/run.js';
import { serinus, type Ended } from '../harness/cli-process.js';

const folder = mkdtempSync(join(tmpdir(), 'serinus-check-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
function file(...objects: readonly object[]): string {
  const path = join(folder, `${(count += 1)}.yaml`);
  writeFileSync(path, objects.map((object) => `---\n${stringify(object)}`).join(''));
  return path;
}

/** In this process: standard input is the one thing that takes another. */
async function check(t: TestContext, args: readonly string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const printed = t.mock.method(console, 'log', (text: string) => void (out += `${text}\n`));
  const said = t.mock.method(console, 'error', (text: string) => void (err += `${text}\n`));
  const program = createProgram();
  // What Commander says by itself.
  for (const one of [program, ...program.commands]) one.configureOutput({ writeErr: (text) => void (err += text) });
  const code = await runCommandLine(program, ['node', 'serinus', 'check', ...args]);
  printed.mock.restore();
  said.mock.restore();
  return { code, out, err };
}

const checkInput = (args: readonly string[], input: string): Promise<Ended> => serinus(['check', ...args], {}, input);
const answer = (text: string): CheckAnswer => checkAnswerSchema.parse(JSON.parse(text));
const METRIC = { interval: '30s', templateRef: { name: 'custom' }, thresholdRange: { max: 5 } };

describe('files', () => {
  const fine = canaryWith({ 'spec.analysis.metrics[0].interval': '50s' });

  test('that are as they should be end with 0', async (t) => {
    const { code, out, err } = await check(t, ['-f', file(fine, target(), route())]);
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(out.split('\n').slice(0, 2), [
      'podinfo.test: no problems found',
      '  a release takes at best 50s: 5 checks 10s apart (canary at 10, 20, 30, 40, 50 %)',
    ]);
  });

  test('with warnings end with 0, with --strict with 1', async (t) => {
    const uneven = file(canaryWith({ 'spec.analysis.stepWeight': 30 }));
    const kind = await check(t, ['-f', uneven]);
    const strict = await check(t, ['-f', uneven, '--strict']);
    assert.deepEqual([kind.code, kind.err], [0, '']);
    assert.match(kind.out, /warning spec\.analysis\.maxWeight: 50 {2}\(max-weight-not-a-multiple\)/);
    assert.deepEqual([strict.code, strict.err], [1, 'serinus: the policy has 1 warning\n']);
    assert.equal(strict.out, kind.out);
  });

  test('with errors end with 1, and are told to programs too', async (t) => {
    const bad = file(
      canaryWith({ 'spec.analysis.metrics[0].thresholdRange': { max: 99 } }),
      target({ 'spec.strategy': { type: 'Recreate' } }),
    );
    const json = await check(t, ['-f', bad, '-o', 'json']);
    const yaml = await check(t, ['-f', bad, '-o', 'yaml']);
    assert.deepEqual([json.code, json.err], [1, 'serinus: the policy has 2 errors\n']);
    const [canary] = answer(json.out).canaries;
    assert.deepEqual(
      canary?.findings.slice(0, 2).map(({ rule, object }) => [rule, object]),
      [
        ['primary-not-rolled', 'Deployment/podinfo'],
        ['wrong-sign', 'Canary/podinfo'],
      ],
    );
    assert.deepEqual(parse(yaml.out), answer(json.out));
  });

  test('are put together, several Canaries among them; - is standard input', async () => {
    const second = canaryWith({
      'metadata.name': 'second',
      'spec.targetRef.name': 'second',
      'metadata.namespace': undefined,
    });
    const args = ['-f', file(fine, target()), '-f', '-', '-n', 'shop', '-o', 'json'];
    const { code, out } = await checkInput(args, `${stringify(second)}---\n${stringify(route())}`);
    assert.equal(code, 0);
    const { canaries } = answer(out);
    assert.deepEqual(
      canaries.map(({ namespace, name }) => `${name}.${namespace}`),
      ['podinfo.test', 'second.shop'],
    );
    assert.deepEqual(canaries[0]?.findings, [], 'the route is in another file');
  });

  test('as kubectl prints a list of them', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [fine, target(), route()] };
    const { code, out } = await checkInput(['-f', '-'], JSON.stringify(list));
    assert.equal(code, 0);
    assert.match(out, /^podinfo\.test: no problems found/);
  });

  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['that isn’t there', '/nowhere/canary.yaml', /\/nowhere\/canary\.yaml can't be read: .*no such file/],
    ['that is a folder', folder, /can't be read: .*directory/],
    ['that isn’t YAML', written('canary: [secret-of-ours\n'), /can't be read as YAML: .*at line 2/],
    ['that is no object', written('hello\n'), /object 1 is no Kubernetes object/],
    [
      'with an object without a name',
      written('apiVersion: v1\nkind: Service\nmetadata: {}\n'),
      /its metadata\.name is missing/,
    ],
    ['that is empty', written(''), /there is no Canary, no object at all/],
    ['without a Canary', file(target()), /there is no Canary, only Deployment\/podinfo: add an object of kind Canary/],
  ];
  for (const [what, path, words] of bad) {
    test(`one ${what} ends with 2 and one clear error`, async (t) => {
      const { code, out, err } = await check(t, ['-f', path]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, words);
      assert.equal(err.trimEnd().split('\n').length, 1, err);
      assert.doesNotMatch(err, /secret-of-ours/);
    });
  }

  test('none ends with 2', async (t) => {
    const { code, err } = await check(t, []);
    assert.equal(code, 2);
    assert.match(err, /required option '-f, --filename <file>' not specified/);
  });

  test('and a cluster that can’t be reached with 1', async (t) => {
    const server = await closedAddress();
    const config = join(folder, 'kubeconfig');
    const cluster = { name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } };
    const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
    const user = { name: 'u', user: {} };
    const all = { 'current-context': 'c', clusters: [cluster], contexts: [context], users: [user] };
    writeFileSync(config, stringify({ apiVersion: 'v1', kind: 'Config', ...all }));
    const { code, err } = await check(t, ['-f', file(fine), '--cluster', '--kubeconfig', config]);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`the Kubernetes API at ${server} can't be reached`));
  });
});

function written(text: string): string {
  const path = join(folder, `${(count += 1)}.txt`);
  writeFileSync(path, text);
  return path;
}

describe('a cluster', () => {
  let bench: ApiBench;
  let server: string;
  before(async () => {
    bench = await openApi();
    server = await bench.app.listen({ host: '127.0.0.1', port: 0 });
  });
  after(() => bench.close());

  async function shop(t: TestContext) {
    const { client, namespace } = bench.world;
    const { name } = await bench.world.canary();
    const { url } = await prometheus(t, () => number(100));
    await client.create(ENDPOINT_SLICES, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-1`, namespace, labels: { 'kubernetes.io/service-name': `${name}-primary` } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['198.51.100.7'] }],
      ports: [],
    });
    const edits = { 'metadata.namespace': namespace, 'spec.provider.address': url };
    const metrics = [{ ...METRIC, name: '404s percentage' }];
    const analysis = { interval: '10s', threshold: 5, maxWeight: 50, stepWeight: 10, metrics };
    return file(canaryObject(namespace, name, { analysis }), template(NOT_FOUND_PERCENTAGE, edits));
  }

  test('shows which metric would halt, asked from here or by the server', async (t) => {
    const path = await shop(t);
    const here = await check(t, ['-f', path, '--metrics']);
    const there = await check(t, ['-f', path, '--metrics', '--server', server]);
    for (const { code, out, err } of [here, there]) {
      assert.equal(code, 1, err);
      assert.match(out, /404s percentage is 100 for the primary now, above 5: it would halt every release/);
      assert.match(out, /METRIC +NOW +RANGE +VERDICT\n +404s percentage +100 +<= 5 +would halt/);
      assert.match(err, /^serinus: the policy has \d errors/);
    }
    assert.equal(here.out, there.out);
  });

  test('of a server that can’t be reached is said so', async (t) => {
    const path = await shop(t);
    const nowhere = await closedAddress();
    const { code, err } = await check(t, ['-f', path, '--server', nowhere]);
    assert.equal(code, 1);
    assert.match(err, /Serinus API at .* can't be reached/);
  });
});

test('a check is printed line by line', () => {
  const canary: CheckedCanary = {
    name: 'podinfo',
    namespace: 'test',
    best: { checks: 1, weights: [50], analysisSeconds: 60, seconds: 60, explanation: '1 check' },
    findings: [
      { rule: 'a', severity: 'error', object: 'Canary/podinfo', field: 'spec.x', value: 5, message: 'm', remedy: 'r' },
      { rule: 'b', severity: 'info', object: 'Deployment/podinfo', field: 'spec.y', message: 'm2', remedy: 'r2' },
    ],
    metrics: [
      {
        metric: 'request-duration',
        field: 'f',
        kind: 'builtin',
        of: 'primary',
        verdict: 'passes',
        value: 1500,
        min: 1,
        max: 2000,
      },
      { metric: 'rate', field: 'f', kind: 'query', of: 'primary', verdict: 'no-values', min: 99 },
    ],
  };
  assert.deepEqual(describeChecked(canary), [
    'podinfo.test: 1 error, 1 hint',
    '  a release takes at best 1m0s: 1 check',
    '',
    '  error spec.x: 5  (a)',
    '    m',
    '    r',
    '',
    '  hint Deployment/podinfo spec.y  (b)',
    '    m2',
    '    r2',
    '',
    '  METRIC             NOW    RANGE       VERDICT',
    '  request-duration   1.5s   1ms to 2s   passes',
    '  rate               -      >= 99       no values',
    '',
  ]);
});
