import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ApprovalRule } from '../../src/domain/approvals/rules.js';
import { orderSignals, workflowIdOf } from '../../src/workflows/contract.js';
import { account, bearer, type Rule } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { ended, post, releaseIs, releaseOf, type Answer } from '../harness/api/client.js';

const READ: Rule = { resources: ['canaries'], verbs: ['get', 'list'] };
const START: Rule = { resources: ['canaries/rollouts'], verbs: ['create'] };
const APPROVE: Rule = { resources: ['canaries/approve'], verbs: ['update'] };

let bench: ApiBench;
let ns: string;
before(async () => {
  bench = await openApi({ authentication: { kind: 'kubernetes', audiences: ['serinus'] } });
  ns = bench.world.namespace;
});
after(() => bench.close());

const person = (name: string, rules: readonly Rule[]): Promise<string> => account(bench.world.client, ns, name, rules);
const nameOf = (who: string): string => `system:serviceaccount:${ns}:${who}`;

function rule(gate: ApprovalRule['gate'], more: Partial<ApprovalRule> = {}): ApprovalRule {
  return { gate, needed: 1, groups: [], notByTrigger: false, ...more };
}

describe('approvals by people whose tokens Kubernetes knows', () => {
  test('not by whoever has asked for the release, nor by somebody of another group; taken from two others', async () => {
    const { name, fake } = await bench.world.canary();
    const group = `system:serviceaccounts:${ns}`;
    const rules = [
      rule('rollout', { needed: 2, groups: [group], notByTrigger: true }),
      rule('promotion', { groups: ['release-managers'], expires: { after: '48h', ms: 172_800_000, into: 'hold' } }),
    ];
    fake.policy = { ...fake.policy, approvals: { digest: 'd', rules } };
    const alice = await person('alice', [READ, START, APPROVE]);
    const [bob, carol] = [await person('bob', [READ, APPROVE]), await person('carol', [READ, APPROVE])];
    const as = (token: string) =>
      ({
        inject: (options: object) => bench.app.inject({ ...options, headers: bearer(token) }),
      }) as typeof bench.app;

    const url = `/api/v1/namespaces/${ns}/canaries/${name}/rollouts`;
    const started = await post(bench.app, url, { images: { app: 'podinfo:6.0.1' } }, bearer(alice));
    assert.equal(started.status, 202, JSON.stringify(started.body));
    const id = String(started.body['id']);
    const approve = (token: string, payload: object = {}): Promise<Answer> =>
      post(bench.app, `/api/v1/rollouts/${id}/approve`, payload, bearer(token));
    const waiting = await releaseIs(as(alice), id, ({ gate }) => gate !== undefined, 'the first gate');
    assert.ok(waiting.steering?.some(({ order }) => order === 'approve'));

    const own = await approve(alice, { by: 'somebody else' });
    assert.deepEqual([own.status, own.body['type']], [409, '/problems/order-refused']);
    assert.equal(
      own.body['detail'],
      `can't approve: ${nameOf('alice')} has triggered this release, and the gate rollout must be opened by somebody else`,
    );
    assert.equal((await approve(bob, { reason: 'read the diff', gate: 'rollout' })).status, 200);
    const again = await approve(bob);
    assert.equal(again.status, 409);
    assert.match(String(again.body['detail']), /has approved rollout already, 1 of 2$/);
    // Straight to Temporal, as from its UI: nobody has verified who that is.
    const key = { cluster: bench.cluster, namespace: ns, name };
    await bench.client.workflow.getHandle(workflowIdOf(key)).signal(orderSignals.approve, { by: nameOf('carol') });
    const { gate } = await releaseIs(
      as(alice),
      id,
      ({ record }) => record.some((entry) => entry.what === 'order' && entry['channel'] === 'signal'),
      'the signal',
    );
    assert.deepEqual(
      [gate?.gate, gate?.policy, gate?.needed, gate?.groups, gate?.notByTrigger],
      ['rollout', 'rollout', 2, [group], true],
    );
    assert.deepEqual(
      gate?.given.map(({ by, reason, channel }) => [by, reason, channel]),
      [[nameOf('bob'), 'read the diff', 'api']],
    );
    assert.equal((await approve(carol)).status, 200);

    const last = await releaseIs(as(alice), id, (release) => release.gate?.gate === 'promotion', 'the second gate');
    assert.equal(last.gate?.expiresInto, 'hold');
    const { since, expiresAt = '' } = last.gate ?? { since: '' };
    assert.equal(Date.parse(expiresAt) - Date.parse(since), 172_800_000);
    const foreign = await approve(bob);
    assert.equal(foreign.status, 409);
    assert.equal(
      foreign.body['detail'],
      `can't approve: ${nameOf('bob')} is in none of the groups that may open the gate promotion: release-managers`,
    );
    const view = await releaseOf(as(alice), id);
    assert.deepEqual([view.phase, view.gate?.given], ['WaitingPromotion', []]);
    const aborter = await person('dave', [{ resources: ['canaries/abort'], verbs: ['update'] }]);
    await post(bench.app, `/api/v1/rollouts/${id}/abort`, {}, bearer(aborter));
    assert.equal((await ended(as(alice), id)).outcome, 'aborted');
  });
});

describe('without tokens', () => {
  test('a gate with groups can’t be opened, whoever one says one is; one without can', async (t) => {
    const open = await openApi();
    t.after(() => open.close());
    const { name, fake } = await open.world.canary();
    const rules = [rule('rollout'), rule('promotion', { groups: ['release-managers'] })];
    fake.policy = { ...fake.policy, approvals: { digest: 'd', rules } };
    const url = `/api/v1/namespaces/${open.world.namespace}/canaries/${name}/rollouts`;
    const { body } = await post(open.app, url, { images: { app: 'podinfo:6.0.1' } });
    const approve = (): Promise<Answer> =>
      post(open.app, `/api/v1/rollouts/${String(body['id'])}/approve`, { by: 'alice' });
    await releaseIs(open.app, body['id'], ({ gate }) => gate?.gate === 'rollout', 'the first gate');
    assert.equal((await approve()).status, 200);
    await releaseIs(open.app, body['id'], ({ gate }) => gate?.gate === 'promotion', 'the second gate');
    const refused = await approve();
    assert.equal(refused.status, 409);
    assert.match(String(refused.body['detail']), /who alice \(unverified\) is has not been verified/);
    await post(open.app, `/api/v1/rollouts/${String(body['id'])}/abort`, {});
    await ended(open.app, body['id']);
  });
});
