import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { actorOf } from '../../src/api/auth/actor.js';
import { Expiring } from '../../src/api/expiring.js';
import { isLoopback } from '../../src/api/options.js';
import { PROBLEMS } from '../../src/api/problems/catalogue.js';
import type { Problem } from '../../src/api/problems/problem.js';
import { formatReleaseId, parseReleaseId } from '../../src/api/releases/id.js';
import { equals } from '../../src/api/releases/visibility.js';
import { Once, Turns } from '../../src/api/rollouts/once.js';
import { templatePatch } from '../../src/api/rollouts/patch.js';
import { startRolloutSchema } from '../../src/api/schema/requests.js';
import { deployment } from '../harness/kubernetes/cluster.js';

describe('the id of a release', () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));

  test('is read as it was written, dots in the name included', () => {
    fc.assert(
      fc.property(label, name, fc.uuid(), (namespace, name, runId) => {
        const canary = { cluster: 'c', namespace, name };
        assert.deepEqual(parseReleaseId('c', formatReleaseId(canary, runId)), { canary, runId });
      }),
    );
  });

  test('is nothing else', () => {
    fc.assert(fc.property(fc.string(), (text) => parseReleaseId('c', text) === undefined));
    for (const text of [
      "a.b'c.11111111-1111-4111-8111-111111111111",
      'a..11111111-1111-4111-8111-111111111111',
      'A.b.c',
    ]) {
      assert.equal(parseReleaseId('c', text), undefined, text);
    }
  });
});

test('a value can’t end the string it is in', () => {
  assert.equal(equals('CanaryName', "x' OR 'a' = 'a"), "CanaryName = 'x\\' OR \\'a\\' = \\'a'");
  assert.equal(equals('CanaryName', 'x\\'), "CanaryName = 'x\\\\'");
});

describe('answers that expire', () => {
  test('are asked for once until then; failures are not remembered; the oldest go first', async () => {
    let now = 0;
    let asked = 0;
    const answers = new Expiring<number>(10, 2, () => now);
    const ask = (): Promise<number> => Promise.resolve((asked += 1));
    assert.deepEqual(await Promise.all([answers.get('a', ask), answers.get('a', ask)]), [1, 1]);
    now = 10;
    assert.equal(await answers.get('a', ask), 2);
    await assert.rejects(answers.get('b', () => Promise.reject(new Error('no'))));
    assert.equal(await answers.get('b', ask), 3);
    assert.equal(await answers.get('c', ask), 4);
    assert.equal(await answers.get('a', ask), 5, 'there is room for two');
  });
});

describe('requests', () => {
  test('with the same key are done once, unless they fail', async () => {
    const once = new Once<string>();
    let done = 0;
    const work = async (): Promise<string> => {
      done += 1;
      if (done === 1) throw new Error('not now');
      return Promise.resolve(`answer ${done}`);
    };
    await assert.rejects(once.run('k', 'f', work), /not now/);
    assert.deepEqual(await Promise.all([once.run('k', 'f', work), once.run('k', 'f', work)]), ['answer 2', 'answer 2']);
    await assert.rejects(once.run('k', 'other', work), (error: Problem) => error.problem === 'idempotency-key-reused');
    assert.equal(done, 2);
  });

  test('for the same Canary take turns, for others they don’t; one that fails makes room', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const step = (key: string, name: string, fails = false): Promise<void> =>
      turns.take(key, async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`${name} ends`);
        if (fails) throw new Error(name);
      });
    const all = await Promise.allSettled([step('x', 'a', true), step('x', 'b'), step('y', 'c')]);
    assert.deepEqual(
      all.map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled'],
    );
    assert.ok(order.indexOf('a ends') < order.indexOf('b begins'));
    assert.ok(order.indexOf('c begins') < order.indexOf('a ends'));
  });
});

describe('a patch', () => {
  const target = deployment('test', 'podinfo');
  const patchOf = (request: object): object => templatePatch(target, startRolloutSchema.parse(request));

  test('of images names containers, init containers where they are', () => {
    const spec = (deployment('test', 'x')['spec'] ?? {}) as { template: { spec: object } };
    const initContainers = [{ name: 'migrate', image: 'm:1' }];
    const both = {
      ...target,
      spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, initContainers } } },
    };
    assert.deepEqual(templatePatch(both, startRolloutSchema.parse({ images: { app: 'a:2', migrate: 'm:2' } })), {
      spec: {
        template: {
          spec: {
            containers: [{ name: 'app', image: 'a:2' }],
            initContainers: [{ name: 'migrate', image: 'm:2' }],
          },
        },
      },
    });
  });

  test('reaches no further than the pod template', () => {
    const template = { metadata: { annotations: { a: 'b' } } };
    assert.deepEqual(patchOf({ patch: { spec: { template } } }), { spec: { template } });
    const cases: readonly [object, string][] = [
      [{ spec: { template, replicas: 0 } }, 'patch.spec.replicas'],
      [{ spec: { template, $patch: 'replace' } }, 'patch.spec.$patch'],
      [{ metadata: { name: 'x' }, spec: { template } }, 'patch.metadata'],
      [{ spec: { replicas: 3 } }, 'patch.spec.replicas'],
      [{ spec: { template: 'x' } }, 'patch.spec.template'],
      [{ spec: null }, 'patch.spec'],
      [{}, 'patch.spec'],
    ];
    for (const [patch, field] of cases) {
      assert.throws(
        () => patchOf({ patch }),
        (error: Problem) => error.problem === 'invalid-input' && error.members.field === field,
        field,
      );
    }
  });
});

test('images are taken in all their forms', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  for (const image of [
    'a',
    'a:1',
    'reg:5000/a/b:1',
    `ghcr.io/o/r@${digest}`,
    `r.example/a:1@${digest}`,
    'localhost/a_b:v1',
  ]) {
    assert.deepEqual(startRolloutSchema.parse({ images: { app: image } }).images, { app: image }, image);
  }
  for (const image of ['', ' ', 'a b', ':1', 'a:', 'UPPER/Case:1', 'http://a/b', 'a\n']) {
    assert.equal(startRolloutSchema.safeParse({ images: { app: image } }).success, false, image);
  }
});

test('who asks is marked where nobody has checked it', () => {
  assert.equal(actorOf(undefined, 'alice'), 'alice (unverified)');
  assert.equal(actorOf(undefined, undefined), 'somebody (unverified)');
  assert.equal(actorOf({ username: 'alice' }, 'the boss'), 'alice');
  assert.ok(actorOf({ username: 'x'.repeat(400) }, undefined).length <= 255, 'Temporal can index it');
});

test('loopback is known by all its names', () => {
  assert.deepEqual(
    ['127.0.0.1', '127.1.2.3', 'localhost', '::1', '0.0.0.0', '10.0.0.1', '127.0.0.1.evil.example', '::'].map(
      isLoopback,
    ),
    [true, true, true, true, false, false, false, false],
  );
});

test('the documentation has every kind of problem', () => {
  const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
  for (const [name, { status }] of Object.entries(PROBLEMS))
    assert.match(text, new RegExp(`^\\| \`${name}\` +\\| ${status} +\\|`, 'm'), name);
});
