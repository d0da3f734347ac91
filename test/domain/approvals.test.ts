import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateView } from '../../src/domain/approvals/approvals.js';
import type { ApprovalRule } from '../../src/domain/approvals/rules.js';
import { leaseTerm, plan } from '../../src/domain/decision/plan.js';
import { refusalOf, type Order } from '../../src/domain/orders/orders.js';
import type { Policy } from '../../src/domain/policy.js';
import { FAILING, Model, PASSING, policyWith, V1, V2, V3 } from './model.js';

const HOUR = 3_600_000;

function rule(gate: ApprovalRule['gate'], more: Partial<ApprovalRule> = {}): ApprovalRule {
  return { gate, needed: 1, groups: [], notByTrigger: false, ...more };
}

function policed(rules: readonly ApprovalRule[], more: Partial<Policy> = {}): Policy {
  return policyWith({ approvals: { digest: JSON.stringify(rules), rules }, ...more });
}

const expires = (into: 'reject' | 'hold', hours = 48) => ({ after: `${hours}h`, ms: hours * HOUR, into });

/** Runs until the release stands at a gate of its policy, and returns. */
function atGate(model: Model, gate: string): Model {
  for (let turn = 0; turn < 500 && model.state.gate?.gate !== gate && !model.state.ending; turn += 1) model.run(1);
  assert.equal(model.state.gate?.gate, gate, model.events.join('\n'));
  return model;
}

let orders = 0;

/** Gives an order as somebody whose groups are verified. @returns why it was refused */
function give(model: Model, order: Order['order'], by: string, more: Record<string, unknown> = { groups: [] }) {
  const given = { order, by, reason: 'seen', requestId: `o${(orders += 1)}`, channel: 'api', ...more };
  const refused = refusalOf(model.state, given as Order);
  model.send({ type: 'order', order: given as Order });
  return refused;
}

/** The policy changes, and the watch process notifies the release. */
function amend(model: Model, policy: Policy): void {
  model.policy = policy;
  model.send({ type: 'submitted', change: { id: `p${model.turns}`, kind: 'spec', by: 'watch' } });
  model.run(2);
}

describe('a gate of the policy', () => {
  test('before the rollout: no pod starts, no timer runs, and one approval starts it', () => {
    const m = atGate(new Model({ policy: policed([rule('rollout')]) }), 'rollout');
    assert.equal(m.targetReplicas, 0);
    assert.equal(m.status.phase, 'Waiting');
    assert.equal(plan(m.state, m.now).do, 'hold');
    assert.deepEqual(leaseTerm(m.state, 60), { kind: 'held' });
    assert.equal(give(m, 'approve', 'alice'), undefined);
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.ok(m.events.includes('Approved podinfo.test rollout by alice (1 of 1): seen'));
  });

  test('before each weight: asked at every rise, and used up by it', () => {
    const m = new Model({
      policy: policed([rule('weight')], {
        strategy: { kind: 'canary', stepWeight: 25, maxWeight: 50, stepWeightPromotion: 0 },
      }),
    });
    for (const before of [0, 25]) {
      atGate(m, 'weight');
      assert.equal(m.weights?.canary, before);
      give(m, 'approve', 'alice');
      m.run(2);
    }
    m.run();
    assert.deepEqual(m.weightsSeen, [25, 50, 0]);
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('before a certain weight: asked when a step crosses it, in place of the rule for all', () => {
    const m = new Model({
      policy: policed([rule('weight', { atWeight: 35, needed: 2 })]),
    });
    atGate(m, 'weight');
    assert.equal(m.weights?.canary, 30);
    give(m, 'approve', 'alice');
    m.run(5);
    assert.equal(m.weights?.canary, 30);
    give(m, 'approve', 'bob');
    m.run();
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0]);
    assert.equal(m.events.filter((event) => event.includes('waiting for 2 approvals before weight 35')).length, 1);
  });

  test('before promotion: the canary keeps its weight, and is checked each interval meanwhile', () => {
    const m = new Model({ policy: policed([rule('promotion')]) });
    let checks = 0;
    m.analysis = () => ((checks += 1), PASSING);
    atGate(m, 'promotion');
    const before = checks;
    const since = m.now;
    while (m.now <= since + 100_000) m.run(1);
    assert.equal(checks - before, 10);
    assert.equal(m.state.phase, 'WaitingPromotion');
    assert.equal(m.weights?.canary, 50);
    give(m, 'approve', 'alice');
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('with traffic on the canary: a canary that turns bad is rolled back while people sleep', () => {
    const m = atGate(new Model({ policy: policed([rule('promotion')], { threshold: 3 }) }), 'promotion');
    m.analysis = () => FAILING;
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
  });

  for (const kind of ['blueGreen', 'ab'] as const) {
    test(`of a release by iterations (${kind}): weight and promotion stand before the traffic they mean`, () => {
      const m = new Model({
        policy: policed([rule('weight'), rule('promotion')], {
          strategy: { kind, iterations: 2, stepWeightPromotion: 0 },
        }),
      });
      atGate(m, 'weight');
      assert.equal(m.weights?.canary, 0);
      assert.equal(m.state.waiting.for, 'order', 'nothing to check, no timer');
      m.analysis = () => assert.fail('there is nothing to check');
      give(m, 'approve', 'alice');
      m.run(2);
      m.analysis = () => PASSING;
      atGate(m, 'promotion');
      give(m, 'approve', 'alice');
      m.run();
      assert.equal(m.state.ending?.kind, 'promoted', m.events.join('\n'));
    });
  }

  test('and a webhook: both must be open, and the webhook isn’t asked before the people have approved', () => {
    const m = new Model({ policy: policed([rule('promotion')], { hooks: { 'confirm-promotion': ['ask'] } }) });
    let asked = 0;
    let open = false;
    m.answer = () => ((asked += 1), { results: [{ hook: 'ask', ok: open }] });
    atGate(m, 'promotion');
    assert.equal(asked, 0);
    give(m, 'approve', 'alice');
    m.run(3);
    assert.equal(m.state.gate?.gate, 'confirm-promotion');
    m.run(10);
    assert.notEqual(m.state.phase, 'Promoting');
    open = true;
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('is not passed by the orders promote and setWeight, nor by skipAnalysis', () => {
    const m = new Model({ policy: policed([rule('weight', { atWeight: 40 }), rule('promotion')]) });
    for (let turn = 0; turn < 100 && m.weights?.canary !== 20; turn += 1) m.run(1);
    assert.match(give(m, 'setWeight', 'eve', { weight: 45 }) ?? '', /^can't set the weight to 45: it takes 1 approval/);
    assert.equal(give(m, 'setWeight', 'eve', { weight: 30 }), undefined);
    m.run(1);
    give(m, 'promote', 'eve');
    m.run(10);
    assert.equal(m.state.gate?.gate, 'weight');
    give(m, 'approve', 'alice');
    atGate(m, 'promotion');
    assert.equal(m.weights?.canary, 30, 'without further analysis');
    give(m, 'approve', 'alice');
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');

    const skipping = atGate(new Model({ policy: policed([rule('promotion')], { skipAnalysis: true }) }), 'promotion');
    assert.equal(skipping.primaryRuns, V1);
    give(skipping, 'approve', 'alice');
    skipping.run();
    assert.equal(skipping.state.ending?.kind, 'promoted');
  });
});

describe('who may approve', () => {
  const groups = ['release-managers', 'sre'];

  test('somebody of one of the groups, verified, and nobody else', () => {
    const m = atGate(new Model({ policy: policed([rule('promotion', { groups })]) }), 'promotion');
    assert.equal(
      give(m, 'approve', 'bob', { groups: ['dev', 'system:authenticated'] }),
      "can't approve: bob is in none of the groups that may open the gate promotion: release-managers, sre",
    );
    assert.match(
      give(m, 'approve', 'carol', { groups: undefined }) ?? '',
      /for the groups release-managers, sre, and who carol is has not been verified: approve through the API/,
    );
    m.run(3);
    assert.deepEqual(gateView(m.state)?.given, []);
    assert.equal(give(m, 'approve', 'alice', { groups: ['sre'] }), undefined);
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    const orders = m.state.record.flatMap((entry) => (entry.what === 'order' ? [[entry.by, !entry.refused]] : []));
    assert.deepEqual(orders, [
      ['bob', false],
      ['carol', false],
      ['alice', true],
    ]);
  });

  test('each person once', () => {
    const m = atGate(new Model({ policy: policed([rule('promotion', { needed: 2 })]) }), 'promotion');
    give(m, 'approve', 'alice');
    m.run(2);
    assert.equal(give(m, 'approve', 'alice'), "can't approve: alice has approved promotion already, 1 of 2");
    m.run(5);
    assert.equal(m.state.phase, 'WaitingPromotion');
    assert.deepEqual(
      gateView(m.state)?.given.map(({ by, reason, channel }) => [by, reason, channel]),
      [['alice', 'seen', 'api']],
    );
    give(m, 'approve', 'bob');
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('not whoever has triggered the release, be it by the first request or by a later one', () => {
    const m = new Model({ policy: policed([rule('promotion', { notByTrigger: true })]) });
    m.send({ type: 'submitted', change: { id: 'r', kind: 'request', by: 'alice' } });
    m.run(1);
    m.send({ type: 'submitted', change: { id: 's', kind: 'request', by: 'bob' } });
    atGate(m, 'promotion');
    assert.equal(
      give(m, 'approve', 'alice'),
      "can't approve: alice has triggered this release, and the gate promotion must be opened by somebody else",
    );
    assert.match(give(m, 'approve', 'bob') ?? '', /bob has triggered this release/);
    assert.match(give(m, 'approve', 'dave', { groups: undefined }) ?? '', /has not been verified/);
    assert.equal(give(m, 'approve', 'carol'), undefined);
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('a gate without groups takes anybody’s approval, as a signal from the Temporal UI gives it', () => {
    const m = atGate(new Model({ policy: policed([rule('promotion')]) }), 'promotion');
    assert.equal(give(m, 'approve', 'somebody with access to Temporal', { channel: 'signal' }), undefined);
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('who names a gate approves only there', () => {
    const m = atGate(new Model({ policy: policed([rule('promotion')]) }), 'promotion');
    assert.equal(
      give(m, 'approve', 'alice', { gate: 'confirm-promotion' }),
      "can't approve confirm-promotion: it waits at promotion",
    );
  });
});

describe('approvals are for one revision', () => {
  test('a newer revision that comes while the rollout waits needs its own', () => {
    const m = atGate(new Model({ policy: policed([rule('rollout', { needed: 2 })]) }), 'rollout');
    give(m, 'approve', 'alice', { groups: [], revision: 'v2' });
    m.run(2);
    assert.equal(gateView(m.state)?.given.length, 1);
    m.setImage(V3);
    m.run(3);
    assert.deepEqual([gateView(m.state)?.revision, gateView(m.state)?.given], ['v3', []]);
    assert.match(give(m, 'approve', 'alice', { groups: [], revision: 'v2' }) ?? '', /under way is v3, not v2/);
  });

  test('approved for one revision, nothing is started of the next', () => {
    const m = atGate(new Model({ policy: policed([rule('rollout')]) }), 'rollout');
    give(m, 'approve', 'alice');
    m.target = V3;
    m.run(3);
    assert.equal(m.targetReplicas, 0);
    assert.equal(gateView(m.state)?.revision, 'v3');
  });

  test('a revision that comes back after another needs new ones', () => {
    const m = atGate(new Model({ policy: policed([rule('rollout'), rule('promotion')]) }), 'rollout');
    give(m, 'approve', 'alice');
    atGate(m, 'promotion');
    for (const revision of [V3, V2]) {
      m.setImage(revision);
      m.run(1);
      atGate(m, 'rollout');
    }
    m.run(20);
    assert.deepEqual([m.weights?.canary, gateView(m.state)?.given], [0, []]);
  });

  test('a newer revision in mid-analysis gets no traffic before its rollout is approved', () => {
    const m = new Model({ policy: policed([rule('rollout'), rule('promotion')]) });
    atGate(m, 'rollout');
    give(m, 'approve', 'alice');
    for (let turn = 0; turn < 100 && m.weights?.canary !== 20; turn += 1) m.run(1);
    m.setImage(V3);
    m.run(1);
    atGate(m, 'rollout');
    m.run(20);
    assert.equal(m.weights?.canary, 0);
    assert.equal(m.state.phase, 'Progressing');
    give(m, 'approve', 'bob');
    atGate(m, 'promotion');
    assert.deepEqual(gateView(m.state)?.given, []);
    give(m, 'approve', 'bob');
    m.run();
    assert.equal(m.primaryRuns, V3);
  });
});

describe('a gate that nobody opens', () => {
  test('expires into a rollback that says so', () => {
    const m = atGate(
      new Model({ policy: policed([rule('promotion', { expires: expires('reject', 2) })]) }),
      'promotion',
    );
    const since = m.now;
    m.run(100_000);
    assert.equal(m.now - since, 2 * HOUR);
    assert.deepEqual(m.state.ending, {
      kind: 'rejected',
      reason: 'Rolling back podinfo.test approval expired after 2h at the gate promotion',
    });
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
  });

  test('before the rollout sleeps until it expires, and what was rejected isn’t released again', () => {
    const m = atGate(new Model({ policy: policed([rule('rollout', { expires: expires('reject', 1) })]) }), 'rollout');
    assert.deepEqual(plan(m.state, m.now), { do: 'wait', ms: HOUR, summary: 'gate rollout: wait for approvals' });
    const turns = m.turns;
    m.run();
    assert.ok(m.turns - turns < 5, 'one timer, one look');
    assert.equal(m.state.ending?.kind, 'rejected');
    assert.deepEqual(m.state.applied, V2, 'it is known, so that it isn’t new again');
  });

  test('expires into hold: goes on waiting, says so once, and can still be opened', () => {
    const policy = policed([rule('rollout', { expires: expires('hold', 1) })], {
      listeners: { events: false, alertsFrom: 'warn' },
    });
    const m = atGate(new Model({ policy }), 'rollout');
    m.run(1000);
    assert.equal(plan(m.state, m.now).do, 'hold');
    const said = 'Approval of podinfo.test rollout expired after 1h, it goes on waiting';
    assert.equal(m.events.filter((event) => event === said).length, 1);
    const alerts = m.notices.flatMap((notice) => (notice.kind === 'alert' ? [notice.message] : []));
    assert.deepEqual(alerts, [
      'Canary is waiting for 1 approval before the rollout.',
      'Approval expired after 1h at the gate rollout, the Canary goes on waiting.',
    ]);
    give(m, 'approve', 'alice');
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('does not expire in a pause: its time stands still, and so does the traffic', () => {
    const m = atGate(
      new Model({ policy: policed([rule('promotion', { expires: expires('reject', 1) })]) }),
      'promotion',
    );
    const since = m.now;
    give(m, 'pause', 'alice');
    m.run(5);
    m.now += 5 * HOUR;
    m.nudge();
    m.run(5);
    assert.equal(m.weights?.canary, 50);
    assert.equal(plan(m.state, m.now).do, 'hold');
    give(m, 'resume', 'alice');
    m.run(1);
    assert.equal(gateView(m.state)?.expiresAt, since + 6 * HOUR);
    m.run(100_000);
    assert.equal(m.state.ending?.kind, 'rejected');
    assert.equal(m.now - since, 6 * HOUR);
  });

  test('approvals that come in a pause count when it is over', () => {
    const m = atGate(new Model({ policy: policed([rule('promotion')]) }), 'promotion');
    give(m, 'pause', 'alice');
    m.run(3);
    assert.equal(give(m, 'approve', 'bob'), undefined);
    m.run(5);
    assert.equal(m.weights?.canary, 50);
    give(m, 'resume', 'alice');
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });
});

describe('a gate that is waiting goes by the newest policy', () => {
  const two = policed([rule('promotion', { needed: 2 })]);

  test('fewer approvals needed: what there is may be enough', () => {
    const m = atGate(new Model({ policy: two }), 'promotion');
    give(m, 'approve', 'alice');
    m.run(3);
    amend(m, policed([rule('promotion')]));
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('groups demanded: who isn’t in them doesn’t count any more', () => {
    const m = atGate(new Model({ policy: two }), 'promotion');
    give(m, 'approve', 'alice', { groups: ['dev'] });
    give(m, 'approve', 'bob', { groups: ['sre'] });
    // Both have approved, and before the release looks the policy says more.
    m.policy = policed([rule('promotion', { needed: 2, groups: ['sre'] })]);
    m.run(5);
    assert.deepEqual(
      gateView(m.state)?.given.map(({ by }) => by),
      ['bob'],
    );
    assert.equal(m.state.phase, 'WaitingPromotion');
  });

  test('no gate any more: it goes on; the annotation alone wakes it', () => {
    const m = atGate(new Model({ policy: policed([rule('rollout')]) }), 'rollout');
    amend(m, policyWith());
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('an expiry that is set while it waits counts from when it closed', () => {
    const m = atGate(new Model({ policy: policed([rule('rollout')]) }), 'rollout');
    const since = m.now;
    m.now += HOUR / 2;
    amend(m, policed([rule('rollout', { expires: expires('reject', 1) })]));
    m.run();
    assert.equal(m.state.ending?.kind, 'rejected');
    assert.equal(m.now - since, HOUR);
  });
});

describe('a rollback that people must approve', () => {
  const rules = [rule('rollback', { groups: ['sre'] })];
  const failing = (): Model => {
    const m = new Model({ policy: policed(rules, { threshold: 2 }) });
    m.analysis = () => FAILING;
    return atGate(m, 'rollback');
  };

  test('brings the traffic home at once; only the pods stay, for people to look at', () => {
    const m = failing();
    assert.deepEqual(m.weights, { primary: 100, canary: 0 });
    assert.equal(m.targetReplicas, 1);
    assert.equal(m.status.canaryWeight, 0);
    m.run(1000);
    assert.equal(plan(m.state, m.now).do, 'hold', 'it costs nothing');
    assert.ok(
      m.events.at(-1)?.startsWith('Rolling back podinfo.test failed checks threshold reached 2: all traffic goes back'),
    );
    for (const order of ['promote', 'reject'] as const) {
      assert.match(
        give(m, order, 'eve') ?? '',
        /its rollback waits for an approval, and traffic is back at the primary/,
      );
    }
    assert.match(give(m, 'setWeight', 'eve', { weight: 10 }) ?? '', /its rollback waits/);
    give(m, 'approve', 'alice', { groups: ['sre'] });
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.equal(m.targetReplicas, 0);
    assert.equal(m.events.at(-1), 'Rolling back podinfo.test failed checks threshold reached 2');
  });

  test('is completed by an abort, and a fix that is deployed meanwhile is released instead', () => {
    const aborted = failing();
    assert.equal(give(aborted, 'abort', 'alice'), undefined);
    aborted.run();
    assert.equal(aborted.state.ending?.kind, 'aborted');

    const fixed = failing();
    fixed.analysis = () => PASSING;
    fixed.setImage(V3);
    fixed.run();
    assert.equal(fixed.state.ending?.kind, 'promoted');
    assert.equal(fixed.primaryRuns, V3);
  });

  test('is completed when it expires', () => {
    const m = new Model({ policy: policed([rule('rollback', { expires: expires('reject', 1) })], { threshold: 1 }) });
    m.analysis = () => FAILING;
    atGate(m, 'rollback');
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
  });

  test('does not hold back what people have ordered', () => {
    const m = new Model({ policy: policed(rules) });
    for (let turn = 0; turn < 100 && m.weights?.canary !== 20; turn += 1) m.run(1);
    give(m, 'abort', 'alice');
    m.run();
    assert.equal(m.state.ending?.kind, 'aborted');
    assert.equal(m.targetReplicas, 0);
  });
});

describe('what a message that waits for people is about', () => {
  for (const gate of ['rollout', 'weight', 'promotion', 'rollback'] as const) {
    test(`is just what waits at ${gate}: an order for it is taken there, and nowhere else`, () => {
      const policy = policed([rule(gate)], {
        listeners: { events: false, alertsFrom: 'warn' },
      });
      const m = new Model({ policy });
      if (gate === 'rollback') m.analysis = () => FAILING;
      atGate(m, gate);
      const [reported, ...others] = m.notices.flatMap((notice) =>
        notice.kind === 'alert' && notice.topic === 'waiting' ? [notice.occasion] : [],
      );
      assert.ok(reported && others.length === 0);
      const { revision = '', weight } = reported;
      assert.deepEqual(reported, { gate, revision: V2.hash, weight: m.state.weight });
      const order = {
        by: 'a link',
        reason: '',
        requestId: 'l',
        channel: 'chat',
        order: 'approve',
        gate: reported.gate,
      } as Order;
      const bound = { ...order, revision, atWeight: weight } as Order;
      assert.equal(refusalOf(m.state, bound), undefined);
      assert.notEqual(refusalOf({ ...m.state, weight: weight + 10 }, bound), undefined);
      give(m, 'approve', 'alice');
      m.run(3);
      if (m.state.gate) assert.notEqual(refusalOf(m.state, bound), undefined, 'the next one is another decision');
    });
  }
});
