import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import type { CheckAnswer } from '../../src/api/schema/check.js';
import { checkAnswerSchema } from '../../src/api/schema/check.js';
import type { KubeObject } from '../../src/kube/object.js';
import { ENDPOINT_SLICES, METRIC_TEMPLATES, SECRETS } from '../../src/kube/object.js';
import { NOT_FOUND_PERCENTAGE } from '../check/fixtures.js';
import { number, prometheus } from '../metrics/fixtures.js';
import { account, bearer, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { post, type Answer } from '../harness/api/client.js';
import { canaryObject } from '../harness/api/cluster.js';

const URL = '/api/v1/check';
const INTERVAL = '30s';

let open: ApiBench;
let guarded: ApiBench;
before(async () => {
  open = await openApi();
  guarded = await openApi({ authentication: { kind: 'kubernetes', audiences: ['serinus'] } });
});
after(async () => {
  await open.close();
  await guarded.close();
});

function answered(answer: Answer): CheckAnswer['canaries'][number] {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const [canary, ...others] = checkAnswerSchema.parse(answer.body).canaries;
  assert.ok(canary && others.length === 0);
  return canary;
}

const rules = ({ findings }: CheckAnswer['canaries'][number]): string[] => findings.map(({ rule }) => rule);

describe('a policy', () => {
  const canary = canaryObject('test', 'podinfo', {
    analysis: { interval: '10s', threshold: 5, maxWeight: 50, stepWeight: 30 },
  });

  test('is checked as text, as an object, in a list, and in YAML of several objects', async () => {
    const text = stringify(canary);
    const template = { apiVersion: 'flagger.app/v1beta1', kind: 'MetricTemplate', metadata: { name: 'x' }, spec: {} };
    for (const manifest of [text, JSON.stringify(canary), canary, [canary], `${text}---\n${stringify(template)}`]) {
      const seen = answered(await post(open.app, URL, { manifest }));
      assert.deepEqual([seen.namespace, seen.name], ['test', 'podinfo']);
      assert.equal(seen.metrics, undefined);
      assert.equal(seen.best?.seconds, 20);
      const finding = seen.findings.find(({ rule }) => rule === 'max-weight-not-a-multiple');
      assert.deepEqual(finding, {
        rule: 'max-weight-not-a-multiple',
        severity: 'warning',
        object: 'Canary/podinfo',
        field: 'spec.analysis.maxWeight',
        value: 50,
        message: 'maxWeight 50 is no multiple of stepWeight 30: the last step is one of 20',
        remedy: 'use 30 or 60 as maxWeight, or a stepWeight that divides 50, such as 25',
      });
    }
  });

  test('that is not valid is no error of the request', async () => {
    const seen = answered(await post(open.app, URL, { manifest: { ...canary, spec: {} } }));
    assert.ok(seen.findings.length > 0);
    assert.ok(seen.findings.every(({ rule, severity }) => rule === 'invalid' && severity === 'error'));
    assert.equal(seen.best, undefined);
  });

  test('is meant by the settings of the server, and for the namespace that is named', async () => {
    const { provider: _provider, ...spec } = canary['spec'] as Record<string, unknown>;
    const manifest = { ...canary, metadata: { name: 'podinfo' }, spec };
    const seen = answered(await post(open.app, URL, { manifest, namespace: 'shop' }));
    assert.equal(seen.namespace, 'shop');
    assert.ok(!rules(seen).includes('route-unusable'), 'the server’s default provider is not APISIX');
  });

  const bad: readonly (readonly [string, object, string, RegExp])[] = [
    ['nothing', {}, 'manifest', /send the Canary/],
    ['no text', { manifest: 5 }, 'manifest', /send the Canary/],
    ['another field', { manifest: canary, file: 'x' }, 'file', /no such field/],
    ['no YAML', { manifest: 'a: [b' }, 'manifest', /can't be read as YAML: .*line 1/],
    ['YAML of nothing', { manifest: '# nothing' }, 'manifest', /no Canary, no object at all/],
    ['no object', { manifest: 'hello' }, 'manifest', /manifest, object 1 is no Kubernetes object/],
    [
      'no Canary',
      { manifest: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } } },
      'manifest',
      /no Canary, only Service\/x/,
    ],
    ['no truth', { manifest: canary, metrics: 'yes' }, 'metrics', /true or false/],
  ];
  for (const [what, body, field, words] of bad) {
    test(`${what} is refused in one clear error`, async () => {
      const answer = await post(open.app, URL, body);
      assert.deepEqual([answer.status, answer.body['type']], [422, '/problems/invalid-input']);
      assert.equal(answer.body['field'], field);
      assert.match(String(answer.body['detail']), words);
    });
  }

  test('with a bomb of aliases is refused', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`);
    const answer = await post(open.app, URL, { manifest: ['l0: &l0 [x]', ...levels].join('\n') });
    assert.equal(answer.status, 422);
    assert.match(String(answer.body['detail']), /can't be read as YAML: Excessive alias count/);
  });
});

describe('with the cluster', () => {
  test('what the Canary refers to is looked at there', async () => {
    const { name } = await open.world.canary();
    const manifest = canaryObject(open.world.namespace, name);
    const alone = answered(await post(open.app, URL, { manifest }));
    assert.ok(rules(alone).includes('not-looked-at'));
    const seen = answered(await post(open.app, URL, { manifest, cluster: true }));
    const readiness = seen.findings.find(({ rule }) => rule === 'no-readiness-probe');
    assert.equal(readiness?.object, `Deployment/${name}`);
    assert.ok(!rules(seen).includes('not-looked-at'));
    const missing = seen.findings.filter(({ rule }) => rule === 'missing-object').map(({ field }) => field);
    assert.deepEqual(missing, ['spec.routeRef.name']);
  });
});

/** A Canary with the walkthrough's metric and a primary that serves, in the bench's namespace. */
async function withMetric(t: TestContext, bench: ApiBench, value: number) {
  const { client, namespace } = bench.world;
  const { name } = await bench.world.canary();
  const { url, queries } = await prometheus(t, () => number(value));
  await client.create(ENDPOINT_SLICES, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace, labels: { 'kubernetes.io/service-name': `${name}-primary` } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['198.51.100.7'] }],
    ports: [],
  });
  const template: KubeObject = {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { name, namespace },
    spec: { provider: { type: 'prometheus', address: url }, query: NOT_FOUND_PERCENTAGE },
  };
  const manifest = canaryObject(namespace, name, {
    metricsServer: url,
    analysis: {
      ...{ interval: '10s', threshold: 5, maxWeight: 50, stepWeight: 10 },
      metrics: [
        { name: 'request-success-rate', interval: INTERVAL, thresholdRange: { min: 1 } },
        { name: '404s percentage', interval: INTERVAL, thresholdRange: { max: 5 }, templateRef: { name } },
      ],
    },
  });
  return { name, manifest, template, queries };
}

describe('with metrics', () => {
  test('those are named that would halt a release, with value and threshold', async (t) => {
    const { manifest, template, queries, name } = await withMetric(t, open, 99.5);
    const given = answered(await post(open.app, URL, { manifest: [manifest, template], metrics: true }));
    const halt = given.findings.find(({ rule }) => rule === 'would-halt');
    assert.deepEqual([halt?.severity, halt?.value], ['error', '404s percentage']);
    assert.match(halt?.message ?? '', /is 99\.5 for the primary now, above 5/);
    assert.deepEqual(
      given.metrics?.map(({ metric, verdict, value, of }) => [metric, verdict, value, of]),
      [
        ['request-success-rate', 'passes', 99.5, 'primary'],
        ['404s percentage', 'halts', 99.5, 'primary'],
      ],
    );
    assert.match(queries[0] ?? '', /node=~"198\\\\.51\\\\.100\\\\.7"/);
    assert.match(queries[1] ?? '', new RegExp(`_${name}-${name}-canary_`));
    assert.ok(given.metrics?.[1]?.query?.includes('4..'), 'what was given can be shown');

    await open.world.client.create(METRIC_TEMPLATES, template);
    const there = answered(await post(open.app, URL, { manifest, metrics: true }));
    assert.equal(there.metrics?.[1]?.verdict, 'halts');
    assert.equal(there.metrics?.[1]?.query, undefined, 'what is the cluster’s is not');
  });
});

describe('with tokens checked', () => {
  const READ: Rule = { resources: ['canaries'], verbs: ['get'] };
  const APPLY: Rule = { resources: ['canaries'], verbs: ['get', 'create'] };
  const TEMPLATES: Rule = { resources: ['metrictemplates'], verbs: ['create'] };
  /** What a check reads for somebody, they must be allowed to read. */
  const OWN_EYES: readonly Rule[] = [
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
  ];
  const token = (name: string, granted: readonly Rule[]): Promise<string> =>
    account(guarded.world.client, guarded.world.namespace, name, granted);
  const check = async (body: object, who?: string): Promise<Answer> =>
    post(guarded.app, URL, body, who === undefined ? {} : bearer(who));

  test('looking takes the right to look, and nothing of a stranger’s body is read', async () => {
    const manifest = canaryObject(guarded.world.namespace, 'podinfo');
    for (const answer of [await check({ manifest }), await check({ nonsense: 1 }, 'wrong')]) {
      assert.deepEqual([answer.status, answer.body['type']], [401, '/problems/unauthenticated']);
    }
    const nobody = await check({ manifest }, await token('nobody', []));
    assert.equal(nobody.status, 403);
    assert.match(String(nobody.body['detail']), /may not get canaries\.flagger\.app "podinfo"/);
    const reader = await token('reader', [READ]);
    assert.equal((await check({ manifest, cluster: true }, reader)).status, 200);
    const elsewhere = canaryObject('default', 'podinfo');
    assert.equal((await check({ manifest: [manifest, elsewhere] }, reader)).status, 403, 'each of its namespaces');
  });

  test('having metrics asked takes the right to apply what is asked for', async (t) => {
    const { manifest, template, queries } = await withMetric(t, guarded, 1);
    const { client, namespace } = guarded.world;
    await client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', namespace },
      data: { token: Buffer.from('hunter2').toString('base64') },
    });
    const spec = template['spec'] as { provider: object; query: string };
    const greedy = { ...template, spec: { ...spec, provider: { ...spec.provider, secretRef: { name: 'key' } } } };
    const refused = async (body: object, who: string, words: RegExp): Promise<void> => {
      const answer = await check({ ...body, metrics: true }, who);
      assert.equal(answer.status, 403);
      assert.match(String(answer.body['detail']), words);
    };
    await refused(
      { manifest: [manifest, greedy] },
      await token('looker', [READ]),
      /may not create canaries\.flagger\.app/,
    );
    const applier = await token('applier', [APPLY]);
    await refused(
      { manifest: [manifest, greedy] },
      applier,
      /may not create metrictemplates\.flagger\.app in namespace/,
    );
    assert.deepEqual(queries, [], 'nothing was asked for anybody without the right');

    const author = await token('author', [APPLY, TEMPLATES, ...OWN_EYES]);
    const seen = answered(await check({ manifest: [manifest, greedy], metrics: true }, author));
    assert.equal(seen.metrics?.[1]?.verdict, 'passes');
    assert.doesNotMatch(JSON.stringify(seen), /hunter2/);
  });

  test('what a release would write is asked about for whoever may write it', async () => {
    const { namespace } = guarded.world;
    const long = 'x'.repeat(250);
    const labels = { app: 'podinfo' };
    const container = { name: 'app', image: 'lab/http-echo:1', envFrom: [{ configMapRef: { name: long } }] };
    const manifest = [
      { ...canaryObject(namespace, 'podinfo') },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'podinfo', namespace },
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [container] } },
        },
      },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: long, namespace }, data: {} },
    ];
    const eyes: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] };
    const hands: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['create', 'update', 'patch', 'delete'] };
    const findingsFor = async (who: string) => {
      const { findings } = answered(await check({ manifest, cluster: true }, who));
      return findings.filter(({ rule }) => ['write-refused', 'not-rehearsed'].includes(rule));
    };
    const looker = await findingsFor(await token('eyes', [READ, eyes]));
    assert.ok(looker.every(({ rule }) => rule === 'not-rehearsed'));
    assert.ok(
      looker.some(({ message }) => message.includes(`eyes may not create configmaps in namespace "${namespace}"`)),
    );
    const [refused] = await findingsFor(await token('hands', [READ, eyes, hands]));
    assert.deepEqual(
      [refused?.rule, refused?.object, refused?.field],
      ['write-refused', `ConfigMap/${long}-primary`, 'metadata.name'],
    );
  });
});
