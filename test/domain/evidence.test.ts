import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { commitServiceFor } from '../../src/commits/registry.js';
import { commitStateOf } from '../../src/commits/state.js';
import { FORGES } from '../../src/crds/announcements.js';
import type { Analysis } from '../../src/domain/findings.js';
import type { Judged, JudgementPolicy } from '../../src/domain/decision/judged.js';
import { besideBaseline, canaryAt, dividedAs, MIRRORED, sharesOf } from '../../src/domain/weights.js';
import { cloudEventOf } from '../../src/webhooks/cloudevent.js';
import { FAILING, Model, PASSING, policyWith } from './model.js';

const JUDGEMENT: JudgementPolicy = {
  digest: 'd1',
  steps: 'guard',
  promotion: 'prove',
  wait: { seconds: 100, text: '100s', then: 'hold' },
};

const judged = (edits: Partial<Judged>): Judged => ({
  verdict: 'WAIT',
  metrics: [],
  heard: true,
  windows: 1,
  says: 'errors: 1.1 times the primary’s',
  ...edits,
});

function analysed(edits: Partial<Judged>, base: Analysis = PASSING): Analysis {
  return { ...base, judged: judged(edits), memory: { until: 1, digest: 'd1', evidence: {} } };
}

function released(judgement: Partial<JudgementPolicy>, analysis: (m: Model) => Analysis, turns = 400): Model {
  const policy = policyWith({ judgement: { ...JUDGEMENT, ...judgement }, progressDeadlineSeconds: 60 });
  const m = new Model({ policy });
  m.analysis = analysis;
  return m.run(turns);
}

const hasSaid = (m: Model, text: string) => m.events.filter((event) => event.includes(text)).length;

describe('a release that is judged by statistics', () => {
  test('proven at once: promoted as fast as by its checks alone', () => {
    const m = released({ steps: 'prove' }, () => analysed({ verdict: 'PASS' }));
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 0]);
  });

  test('proven bad: rolled back at once, whatever its checks say, and why is said', () => {
    const says = 'errors: the canary is bad 5.1 times as often as the primary (between 2.9 and 8.4), limit 1.25';
    for (const base of [PASSING, FAILING]) {
      const m = released({}, (model) => analysed(model.state.weight < 20 ? {} : { verdict: 'FAIL', says }, base));
      if (base === PASSING) assert.equal(hasSaid(m, `Rolling back podinfo.test ${says}`), 1);
      assert.equal(m.state.ending?.kind, 'rolled-back');
      assert.equal(m.weights?.canary, 0);
    }
  });

  test('why is shown to everybody who listens, with the evidence', () => {
    const says = 'errors: the canary is bad 5.1 times as often as the primary (between 2.9 and 8.4), limit 1.25';
    const listeners = { events: true, alertsFrom: 'info' } as const;
    const m = new Model({ policy: policyWith({ judgement: JUDGEMENT, progressDeadlineSeconds: 60, listeners }) });
    m.analysis = () => analysed({ verdict: 'FAIL', says });
    m.run(400);
    const reported = m.notices.flatMap((notice) =>
      notice.kind === 'over' ? [] : [`${notice.kind}: ${notice.message}`],
    );
    assert.ok(reported.includes(`event: Rolling back podinfo.test ${says}`), reported.join('\n'));
    assert.ok(reported.includes(`alert: Proven worse than the primary: ${says}`), reported.join('\n'));
    assert.ok(JSON.stringify(m.state.record).includes(says));

    const failed = m.notices.find((notice) => notice.kind === 'alert' && notice.topic === 'failed');
    assert.ok(failed?.kind === 'alert');
    const event = cloudEventOf({ cluster: 'eu', namespace: 'test', name: 'podinfo' }, failed, 'run.1/1');
    assert.equal(event?.type, 'dev.serinus.release.failed');
    assert.equal(event.data['message'], `Proven worse than the primary: ${says}`);
    const place = { repository: 'acme/podinfo', commit: 'c0ffee0', token: 't0ken', address: undefined };
    const status = { state: commitStateOf(failed.topic), context: 'serinus', description: failed.message };
    for (const forge of FORGES) {
      const { body } = commitServiceFor(forge).status(status, place);
      assert.ok((body as { description: string }).description.endsWith(says), `${forge} cuts none of the evidence`);
    }
  });

  test('a failed check still counts while the evidence waits', () => {
    const m = released({}, () => analysed({}, FAILING));
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.ok(hasSaid(m, 'failed checks threshold reached 10'));
  });

  test('guarded steps go on without proof, the promotion waits for it, and says so once', () => {
    const m = released({}, () => analysed({}));
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50]);
    assert.equal(m.state.weight, 50);
    assert.equal(hasSaid(m, 'waiting for evidence at weight 50'), 1);
    assert.equal(m.state.failedChecks, 0);
    m.analysis = () => analysed({ verdict: 'PASS' });
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('each step waits for proof where that is asked for', () => {
    const m = released({ steps: 'prove' }, () => analysed({}));
    assert.deepEqual(m.weightsSeen, [10]);
  });

  test('a canary that got no requests yet isn’t guarded by anything: it waits', () => {
    const m = released({ promotion: 'guard' }, () => analysed({ heard: false }));
    assert.deepEqual(m.weightsSeen, [10]);
    assert.equal(m.state.failedChecks + m.state.unknownChecks, 0);
  });

  test('not decided in time: advance', () => {
    const m = released({ wait: { ...JUDGEMENT.wait, then: 'advance' } }, () => analysed({}));
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('not decided in time: roll back, with what is known', () => {
    const m = released({ wait: { ...JUDGEMENT.wait, then: 'rollback' } }, () => analysed({}));
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.ok(hasSaid(m, 'Rolling back podinfo.test not proven within 100s: errors: 1.1 times the primary’s'));
  });

  test('not decided in time: ask; the gate opens by an approval, and by a proof', () => {
    const ask = { wait: { ...JUDGEMENT.wait, then: 'ask' as const } };
    const m = released(ask, () => analysed({}));
    assert.deepEqual([m.state.phase, m.state.gate?.gate], ['WaitingPromotion', 'confirm-promotion']);
    assert.equal(hasSaid(m, 'waiting for promotion approval judgement'), 1);
    m.order('approve');
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');

    const other = released(ask, () => analysed({}));
    other.analysis = () => analysed({ verdict: 'PASS' });
    other.run();
    assert.equal(other.state.ending?.kind, 'promoted');
  });

  test('at an asked-for gate a canary that turns bad is still taken back', () => {
    const m = released({ wait: { ...JUDGEMENT.wait, then: 'ask' } }, () => analysed({}));
    m.analysis = () => analysed({ verdict: 'FAIL', says: 'errors: too many' });
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
  });

  test('traffic that goes elsewhere holds the release, is said once, and rolls it back after the progress deadline', () => {
    const seen = 'the canary got 0 % of 300 requests, not 10 %';
    const m = released({}, () => analysed({ passedOver: 'split', seen, heard: false }));
    assert.deepEqual(m.weightsSeen, [10, 0]);
    assert.equal(
      m.events.filter((event) => event === `Halt podinfo.test advancement requests don't count: ${seen}`).length,
      1,
    );
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.ok(hasSaid(m, 'progress deadline exceeded without any requests that count'));
  });

  test('trouble of both versions that is over in time costs nothing but time', () => {
    let looks = 0;
    const m = released({ promotion: 'guard' }, () => {
      looks += 1;
      return analysed(looks % 4 === 0 ? {} : { passedOver: 'both-bad', seen: 'both versions fail' });
    });
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.equal(m.state.failedChecks, 0);
  });

  const outage = (then: JudgementPolicy['wait']['then']) =>
    released({ shared: { seconds: 100, text: '100s', then } }, () =>
      analysed({ passedOver: 'both-bad', seen: 'both versions fail: not the canary’s doing' }),
    );

  test('trouble of both versions lasts: it holds beyond the progress deadline, and goes on when it is over', () => {
    const m = outage('hold');
    assert.deepEqual([m.weightsSeen, m.state.failedChecks, m.state.ending], [[10], 0, undefined]);
    m.analysis = () => analysed({ verdict: 'PASS' });
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('trouble of both versions lasts: people are asked, and asked no more when it is over', () => {
    const m = outage('ask');
    assert.equal(m.state.gate?.gate, 'confirm-traffic-increase');
    m.analysis = () => analysed({ verdict: 'PASS' });
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('trouble of both versions lasts: it goes on, or back, where the policy says so', () => {
    assert.equal(outage('advance').state.ending?.kind, 'promoted');
    const m = outage('rollback');
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.ok(hasSaid(m, 'Rolling back podinfo.test not proven within 100s: both versions fail'));
  });

  test('traffic that goes elsewhere is bounded by the progress deadline all the same', () => {
    const m = released({ shared: { seconds: 9e9, text: 'long', then: 'hold' } }, () =>
      analysed({ passedOver: 'split' }),
    );
    assert.equal(m.state.ending?.kind, 'rolled-back');
  });

  test('counts that can’t be read hold, and roll back after three times the threshold', () => {
    const m = released({}, () => analysed({ unknown: 'the server is down' }));
    assert.deepEqual(m.weightsSeen, [10, 0]);
    assert.ok(hasSaid(m, "requests can't be counted: the server is down"));
    assert.ok(hasSaid(m, 'the metrics provider gave no answer to 30 checks in a row'));
  });

  test('what the judge remembers is in the state and not in the record; a new revision begins anew', () => {
    const m = released({}, () => analysed({}), 60);
    assert.deepEqual(m.state.judgement, { until: 1, digest: 'd1', evidence: {} });
    const entry = m.state.record.findLast(({ what }) => what === 'analysis');
    assert.ok(entry && 'judged' in entry && !('memory' in entry));
    m.analysis = () => PASSING;
    m.setImage({ hash: 'v3', configs: {} });
    m.run(2);
    assert.equal(m.state.judgement, undefined);
  });

  test('people have the last word: promoted without proof, rolled back by order', () => {
    const m = released({}, () => analysed({}));
    m.order('promote');
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
  });

  test('with a fresh baseline: it starts with the canary, has its share at each weight, and none on the way back', () => {
    const m = released({ baseline: true, promotion: 'guard' }, () => analysed({}));
    assert.equal(m.state.ending?.kind, 'promoted');
    // The baseline's requests go to the primary before that is replaced.
    assert.deepEqual(m.weightsSeen, [10, 20, 30, 40, 50, 50, 0]);
    assert.deepEqual(m.besideBaseline, ['scaleUp', 10, 20, 30, 40, 50]);
    const moves = m.effects.filter((effect) => effect === 'weights' || effect === 'promote');
    assert.deepEqual(moves.slice(-3), ['weights', 'promote', 'weights']);
  });

  test('a release without an analysis, or by another policy, has none', () => {
    const judgement = { ...JUDGEMENT, baseline: true } as const;
    const skipped = new Model({ policy: policyWith({ judgement, skipAnalysis: true }) }).run(200);
    const usual = released({}, () => analysed({ verdict: 'PASS' }));
    for (const m of [skipped, usual]) {
      assert.equal(m.state.ending?.kind, 'promoted');
      assert.deepEqual(m.besideBaseline, []);
    }
  });

  test('the shares of three versions are everybody, and those of two as ever', () => {
    for (let weight = 0; weight <= 100; weight += 1) {
      const { primary, canary, baseline } = sharesOf(besideBaseline(canaryAt(weight)));
      assert.equal(primary + canary + baseline, 100);
      assert.equal(canary, weight);
      assert.equal(baseline, Math.min(weight, 100 - weight));
      assert.deepEqual(dividedAs({ primary, canary, baseline }), besideBaseline(canaryAt(weight)));
      assert.deepEqual(sharesOf(canaryAt(weight)), { primary: 100 - weight, canary: weight, baseline: 0 });
    }
    assert.deepEqual(besideBaseline(MIRRORED), MIRRORED);
  });
});
