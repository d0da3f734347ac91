import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { checkAnswerSchema } from '../../src/api/schema/check.js';
import { METRIC_TEMPLATES, SECRETS } from '../../src/kube/object.js';
import { account, bearer, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { post, type Answer } from '../harness/api/client.js';
import { canaryObject } from '../harness/api/cluster.js';

const URL = '/api/v1/check';

let bench: ApiBench;
before(async () => {
  bench = await openApi({ authentication: { kind: 'kubernetes', audiences: ['serinus'] } });
});
after(() => bench.close());

const LOOK: Rule = { resources: ['canaries'], verbs: ['get'] };
const APPLY: Rule = { resources: ['canaries'], verbs: ['get', 'create'] };
const DEPLOYED = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] };

function findingsIn(answer: Answer) {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return checkAnswerSchema.parse(answer.body).canaries.flatMap(({ findings }) => findings);
}

describe('what a check reads for somebody', () => {
  const check = async (body: object, token: string): Promise<Answer> => post(bench.app, URL, body, bearer(token));
  const token = (name: string, rules: readonly Rule[]): Promise<string> =>
    account(bench.world.client, bench.world.namespace, name, rules);

  test('they may read themselves; else it is as if nobody had looked', async () => {
    const { namespace } = bench.world;
    const { name } = await bench.world.canary();
    const manifest = canaryObject(namespace, name);
    const outsider = findingsIn(await check({ manifest, cluster: true }, await token('outsider', [LOOK])));
    assert.ok(!outsider.some(({ rule }) => rule === 'no-readiness-probe'), 'it tells of what the Deployment holds');
    const unseen = outsider.find(({ rule, field }) => rule === 'not-looked-at' && field.startsWith('spec.targetRef'));
    assert.match(unseen?.message ?? JSON.stringify(outsider), /may not get deployments\.apps/);
    const missing = findingsIn(
      await check({ manifest: canaryObject(namespace, 'nothing'), cluster: true }, await token('prober', [LOOK])),
    );
    assert.ok(!missing.some(({ rule }) => rule === 'missing-object'), 'whether something is there is told, too');

    const insider = findingsIn(await check({ manifest, cluster: true }, await token('insider', [LOOK, DEPLOYED])));
    assert.ok(insider.some(({ rule }) => rule === 'no-readiness-probe'));
  });

  test('is never what an apiVersion leads to', async () => {
    const { namespace } = bench.world;
    const asked: string[] = [];
    const { client } = bench.deps.cache;
    const original = client.get.bind(client);
    client.get = async (type, ...rest) => {
      asked.push(`${type.apiVersion}/${type.plural}`);
      return original(type, ...rest);
    };
    const { name } = await bench.world.canary();
    const who = await token('crafty', [LOOK, DEPLOYED]);
    for (const apiVersion of [
      '../api/v1/secrets?x=',
      'v1/secrets#',
      '/v1',
      '../../api/v1/namespaces/default/secrets?',
    ]) {
      const autoscalerRef = { apiVersion, kind: 'HorizontalPodAutoscaler', name: 'a' };
      const found = findingsIn(
        await check({ manifest: canaryObject(namespace, name, { autoscalerRef }), cluster: true }, who),
      );
      assert.deepEqual(
        found.map(({ rule, field }) => [rule, field]),
        [['invalid', 'spec.autoscalerRef.apiVersion']],
      );
    }
    assert.deepEqual(asked, [], 'nothing was asked');
    client.get = original;
  });

  test('is no Secret and no template of theirs that they may not get', async () => {
    const { client, namespace } = bench.world;
    const { name } = await bench.world.canary();
    await client.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', namespace },
      data: { a: '' },
    });
    const spec = {
      provider: { type: 'prometheus', address: 'http://127.0.0.1:9', secretRef: { name: 'key' } },
      query: 'up',
    };
    const template = { apiVersion: 'flagger.app/v1beta1', kind: 'MetricTemplate', metadata: { name, namespace }, spec };
    const analysis = {
      ...{ interval: '10s', threshold: 5, maxWeight: 50, stepWeight: 10 },
      metrics: [{ name: 'errors', interval: '1m', templateRef: { name } }],
    };
    const manifest = [canaryObject(namespace, name, { analysis }), template];
    const author: Rule = { resources: ['metrictemplates'], verbs: ['create'] };
    const slices = { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] };
    const blind = await check({ manifest, metrics: true }, await token('blind', [APPLY, author]));
    assert.deepEqual([blind.status, blind.body['type']], [403, '/problems/forbidden']);
    assert.match(String(blind.body['detail']), /may not list endpointslices\.discovery\.k8s\.io/);

    const answer = await check({ manifest, metrics: true }, await token('writer', [APPLY, author, slices]));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const [metric] = checkAnswerSchema.parse(answer.body).canaries[0]?.metrics ?? [];
    assert.equal(metric?.verdict, 'not-asked');
    assert.match(metric?.reason ?? '', /may not get secrets "key"/);

    await client.create(METRIC_TEMPLATES, template);
    const alone = await check(
      { manifest: canaryObject(namespace, name, { analysis }), metrics: true },
      await token('lone', [APPLY, slices]),
    );
    assert.match(JSON.stringify(alone.body), /may not get metrictemplates/);
    assert.doesNotMatch(JSON.stringify(alone.body), /"query"/);
  });
});
