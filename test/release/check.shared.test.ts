import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { checkAnswerSchema, type CheckedCanary } from '../../src/api/schema/check.js';
import { serinus } from '../harness/cli-process.js';
import { DEPLOYMENTS, SERVICES } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { until } from '../harness/until.js';
import { APP, appCanary } from '../harness/release/objects.js';
import { once } from '../harness/release/traffic.js';
import { ReleaseScene } from '../harness/release/scene.js';

const MANIFEST = new URL('../../lab/manifests/metric-template.yaml', import.meta.url);
const NAME = 'not-found-percentage';

/** The walkthrough's MetricTemplate as it is published, but for where its Prometheus is. */
function publishedTemplate(world: ReleaseScene, query?: (text: string) => string): object {
  const published = parse(readFileSync(MANIFEST, 'utf8')) as { spec: { provider: object; query: string } };
  const { provider, query: text } = published.spec;
  return {
    ...published,
    metadata: { name: NAME, namespace: world.namespace },
    spec: { provider: { ...provider, address: world.lab.prometheusUrl }, query: query ? query(text) : text },
  };
}

/** The policy that the walkthrough's reader ends up with. */
function policy(world: ReleaseScene): object {
  const metrics = [
    { name: 'request-success-rate', thresholdRange: { min: 99 }, interval: '1m' },
    { name: 'request-duration', thresholdRange: { max: 500 }, interval: '30s' },
    { name: '404s percentage', templateRef: { name: NAME }, thresholdRange: { max: 5 }, interval: '1m' },
  ];
  return appCanary(world.app, { metricsServer: world.lab.prometheusUrl }, { metrics });
}

/** Of what a release changes. */
async function generations(world: ReleaseScene): Promise<readonly string[]> {
  const kinds = [DEPLOYMENTS, SERVICES, APISIX_ROUTES];
  const lists = await Promise.all(kinds.map((type) => world.kube.list(type, { namespace: world.namespace })));
  return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.name} ${metadata.generation ?? ''}`));
}

test('the walkthrough’s 404s percentage is caught on a running primary, before a release relies on it', async (t) => {
  const world = await ReleaseScene.open(t);
  const folder = mkdtempSync(join(tmpdir(), 'serinus-check-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'canary.yaml');
  const check = async (...objects: readonly object[]): Promise<{ code: number | null; canary: CheckedCanary }> => {
    writeFileSync(file, objects.map((object) => `---\n${stringify(object)}`).join(''));
    const { code, out, err } = await serinus(['check', '-f', file, '--metrics', '-o', 'json']);
    assert.match(out, /^\{/, err);
    const [canary] = checkAnswerSchema.parse(JSON.parse(out)).canaries;
    return { code, canary: canary ?? assert.fail(out) };
  };
  const verdicts = ({ metrics = [] }: CheckedCanary) => metrics.map(({ metric, verdict }) => [metric, verdict]);

  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const before = new Date();
  await world.initialised();
  await until(async () => (await world.replicas(APP)) === 0, 'the target rests');
  const stood = await generations(world);
  const idle = await check(policy(world), publishedTemplate(world));
  assert.deepEqual(new Set(verdicts(idle.canary).map(([, verdict]) => verdict)), new Set(['no-values']));
  assert.equal(idle.canary.findings.filter(({ rule }) => rule === 'no-values').length, 3);

  world.traffic(20);
  await until(async () => {
    const { canary } = await check(policy(world), publishedTemplate(world));
    return verdicts(canary).every(([, verdict]) => verdict !== 'no-values');
  }, 'the primary’s requests are in the metrics');

  const { code, canary } = await check(policy(world), publishedTemplate(world));
  assert.equal(code, 1);
  assert.deepEqual(verdicts(canary), [
    ['request-success-rate', 'passes'],
    ['request-duration', 'passes'],
    ['404s percentage', 'halts'],
  ]);
  assert.ok(canary.metrics?.every(({ of }) => of === 'primary'));
  const errors = canary.findings.filter(({ severity }) => severity === 'error');
  assert.deepEqual(
    errors.map(({ rule, value, message }) => [rule, value, message]),
    [
      [
        'would-halt',
        '404s percentage',
        '404s percentage is 100 for the primary now, above 5: it would halt every release',
      ],
    ],
  );
  assert.match(errors[0]?.remedy ?? '', /the wrong way round: 100 minus its value, 0, would pass/);
  assert.ok(canary.findings.some(({ rule }) => rule === 'inverted-ratio'));

  await t.test('mended, it passes', async () => {
    const mended = publishedTemplate(world, (text) => text.replace('code!~"4.."', 'code=~"4.."'));
    // With nothing that is 4xx there is no series of it: the check says so rather than to call it 0.
    const without = await check(policy(world), mended);
    assert.deepEqual(verdicts(without.canary)[2], ['404s percentage', 'no-values']);
    const zero = publishedTemplate(world, (text) => `100 - (${text})`);
    const { code: fine, canary: seen } = await check(policy(world), zero);
    assert.equal(fine, 0);
    assert.deepEqual(verdicts(seen)[2], ['404s percentage', 'passes']);
    assert.deepEqual(
      seen.findings.filter(({ severity }) => severity === 'error'),
      [],
    );
  });

  await t.test('what the primary fails now is caught too', async () => {
    const deadline = Date.now() + 20_000;
    let halted: CheckedCanary | undefined;
    while (!halted && Date.now() < deadline) {
      for (let i = 0; i < 50; i += 1) await once(agent, world.lab.gatewayUrl, world.host, '/status/500');
      const seen = (await check(policy(world), publishedTemplate(world))).canary;
      if (verdicts(seen)[0]?.[1] === 'halts') halted = seen;
    }
    const finding = halted?.findings.find(({ value }) => value === 'request-success-rate');
    assert.match(finding?.message ?? '', /^request-success-rate is \d+(\.\d+)? % for the primary now, below 99 %/);
  });

  await t.test('and nothing was changed by it', async () => {
    const mine = { userAgentPrefix: 'serinus-cli/', namespace: world.namespace, since: before };
    const { requests } = await world.lab.apiRequests(mine);
    // What would be written was asked about in a dry run.
    const verbs = [...new Set(requests.map(({ verb }) => verb))].sort();
    assert.deepEqual(verbs, ['create', 'get', 'list', 'update']);
    assert.deepEqual(await generations(world), stood);
    assert.deepEqual((await world.canary()).phase, 'Initialized');
    assert.equal(await world.replicas(APP), 0);
  });
});
