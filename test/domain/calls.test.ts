import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RecordEntry } from '../../src/domain/record/record.js';
import { Model, PASSING, policyWith } from './model.js';

function callsOf(model: Model): (RecordEntry & { what: 'webhook' })[] {
  return model.state.record.filter((entry) => entry.what === 'webhook');
}

describe('webhooks in the record', () => {
  test('each type that was asked, in the order of the release, with what it answered', () => {
    const hooks = {
      'confirm-rollout': ['may-start'],
      'pre-rollout': ['smoke'],
      'confirm-traffic-increase': ['more'],
      'confirm-promotion': ['ship'],
      'post-rollout': ['report'],
      rollback: ['stop'],
    };
    const model = new Model({ policy: policyWith({ hooks }) });
    model.analysis = () => PASSING;
    model.answer = (question) => ({
      results: [
        { hook: question, ok: question !== 'rollback', status: 200, durationMs: 7, attempts: 1, at: model.now },
      ],
    });
    model.run();
    assert.equal(model.state.ending?.kind, 'promoted');
    const first = new Map(
      callsOf(model)
        .map((call) => [call.type, call] as const)
        .reverse(),
    );
    assert.deepEqual([...first.keys()].sort(), Object.keys(hooks).sort());
    const { at, ...smoke } = first.get('pre-rollout') ?? assert.fail('it was called');
    assert.deepEqual(smoke, {
      what: 'webhook',
      type: 'pre-rollout',
      hook: 'pre-rollout',
      ok: true,
      status: 200,
      durationMs: 7,
      attempts: 1,
    });
    assert.ok(at > 1_000_000);
    const order = model.state.record.map(({ at: when }) => when);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
  });

  test('a gate that stays closed is one line, however often it is asked; its opening is another', () => {
    const model = new Model({ policy: policyWith({ hooks: { 'confirm-promotion': ['ship'] } }) });
    model.analysis = () => PASSING;
    let asked = 0;
    model.answer = () => {
      asked += 1;
      return { results: [{ hook: 'ship', ok: asked > 50, status: asked > 50 ? 200 : 403, at: model.now }] };
    };
    model.run();
    assert.equal(model.state.ending?.kind, 'promoted');
    const calls = callsOf(model);
    assert.deepEqual(
      calls.map(({ ok, status, times }) => [ok, status, times]),
      [
        [false, 403, 50],
        [true, 200, undefined],
      ],
    );
    const [closed, open] = calls;
    assert.ok(closed?.until !== undefined && closed.until > closed.at && closed.until < (open?.at ?? 0));
  });
});

test('an analysis, and the weight it is about, keep how the requests were divided', () => {
  const model = new Model();
  model.analysis = () => ({ ...PASSING, seen: { percent: 9.8, requests: 1200, windowSeconds: 10, at: model.now } });
  model.run();
  const seen = model.state.record.flatMap((entry) => (entry.what === 'analysis' ? [entry.seen] : []));
  assert.ok(seen.length > 0);
  for (const share of seen) assert.ok(share && 'percent' in share && share.percent === 9.8);
  // Each weight carries what it has come to; the last one takes all traffic away again.
  const weights = model.state.record.flatMap((entry) => (entry.what === 'weight' ? [entry] : []));
  assert.deepEqual(
    weights.map(({ canary, seen: share }) => [canary, share?.percent]),
    [...[10, 20, 30, 40, 50].map((weight) => [weight, 9.8]), [0, undefined]],
  );
});
