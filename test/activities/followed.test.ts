import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { weightsOnceFollowed } from '../../src/activities/followed.js';
import type { Canary } from '../../src/crds/canary.js';
import type { Weights } from '../../src/domain/weights.js';
import { DataPlaneLate, UserError } from '../../src/errors.js';
import { complaintOf } from '../../src/routers/gatewayapi/parents.js';

const WEIGHTS = { primary: 75, canary: 25 };
const signal = new AbortController().signal;
const PATIENT = { limit: 60_000, poll: 1 };

/** A router that answers in this order, with its last answer from then on. */
function answering(...answers: readonly (Weights | Error)[]) {
  let asked = 0;
  const weights = (): Promise<Weights | undefined> => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { router: { weights }, asked: () => asked };
}

const look = (router: { weights(): Promise<Weights | undefined> }, times = PATIENT) =>
  weightsOnceFollowed(router, {} as Canary, signal, times);

describe('a data plane that has not followed the last change yet', () => {
  test('gets a moment, and nothing is said', async () => {
    const { router, asked } = answering(new DataPlaneLate('late'), new DataPlaneLate('late'), WEIGHTS);
    assert.deepEqual(await look(router), WEIGHTS);
    assert.equal(asked(), 3);
  });

  test('is named when that is over', async () => {
    const { router } = answering(new DataPlaneLate('parent public is not ready'));
    await assert.rejects(look(router, { limit: 20, poll: 1 }), /^UserError: parent public is not ready$/);
  });

  test('is named at once where it refuses', async () => {
    const { router, asked } = answering(new UserError('parent public is not ready'), WEIGHTS);
    await assert.rejects(look(router), /parent public is not ready/);
    assert.equal(asked(), 1);
  });
});

describe('what a Gateway has against a route', () => {
  const words = (status: string, observedGeneration: number, name = 'public') => ({
    parentRef: { name },
    conditions: [{ type: 'Accepted', status, observedGeneration }],
  });
  const complaint = (...parents: readonly ReturnType<typeof words>[]) =>
    complaintOf({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'shop', namespace: 'test', generation: 3 },
      spec: { parentRefs: parents.map(({ parentRef }) => parentRef) },
      status: { parents },
    });

  test('it is late where it is well with an earlier generation', () => {
    assert.equal(complaint(words('True', 2))?.late, true);
    assert.equal(complaint(words('True', 3)), undefined);
  });

  test('it is not late where it refuses, an earlier generation either', () => {
    assert.equal(complaint(words('False', 3))?.late, false);
    assert.equal(complaint(words('False', 2))?.late, false);
  });

  test('a refusal of one is reported before another’s being late', () => {
    const reported = complaint(words('True', 2, 'first'), words('False', 3, 'second'));
    assert.equal(reported?.late, false);
    assert.match(reported?.text ?? '', /parent second is not ready \(status: False, /);
  });
});
