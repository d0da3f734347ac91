import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Happening } from '../../src/domain/decision/decide.js';
import { BATCH_STEP } from '../../src/domain/decision/kept.js';
import { FencedError } from '../../src/errors.js';
import type { ClusterCache } from '../../src/kube/cache.js';
import { KubeError } from '../../src/kube/kube-error.js';
import type { KubeObject } from '../../src/kube/object.js';
import { DecidedOtherwise, nameOf, textOf, type Keeping } from '../../src/kubernetes/kept.js';
import { leaseName, Leases, type LeaseOwner } from '../../src/kubernetes/lease.js';

const OWNER: LeaseOwner = {
  namespace: 'shop',
  name: 'cart',
  owner: { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'cart', uid: 'u' },
};
const TERM = { kind: 'seconds', seconds: 60 } as const;
const HOLDER = 'canary/test/shop/cart/run';
const EPOCH = 1;
const BATCH = 7;

/** One Lease on an API server that takes a write only by the version that was read. */
class Server {
  lease: KubeObject | undefined;
  private version = 0;

  /** A process with a cache that learns of its own writes only, unless it is told. */
  process(): { readonly leases: Leases; hear(): void } {
    let known = this.lease;
    const take = (object: KubeObject): KubeObject => {
      this.version += 1;
      this.lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.version) } };
      return this.lease;
    };
    const cache = {
      get: () => Promise.resolve(known),
      getFresh: () => {
        known = this.lease;
        return Promise.resolve(known);
      },
      remember: (_type: unknown, object: KubeObject) => (known = object),
      client: {
        create: (_type: unknown, object: KubeObject) => Promise.resolve(take(object)),
        replace: (_type: unknown, object: KubeObject) =>
          object.metadata.resourceVersion === this.lease?.metadata.resourceVersion
            ? Promise.resolve(take(object))
            : Promise.reject(new KubeError(409, 'Conflict', 'somebody else was quicker')),
      },
    } as unknown as ClusterCache;
    return { leases: new Leases(cache), hear: () => (known = this.lease) };
  }
}

const submitted = (id: string): Happening => ({ type: 'submitted', change: { id, kind: 'target', by: 'test' } });

/** A decision about a batch, of which the first one is kept as well. */
function keeping(id: string, batch = BATCH): Keeping {
  return { batch, id: nameOf(id), text: textOf({ at: 5, happening: submitted(id) }) };
}

const { text: _text, ...KNOWN_ELSEWHERE } = keeping('first');

async function begun(): Promise<{ readonly server: Server; readonly first: Leases; readonly second: Leases }> {
  const server = new Server();
  const first = server.process();
  await first.leases.take(OWNER, HOLDER, TERM);
  const second = server.process();
  await first.leases.renew(
    OWNER,
    { epoch: EPOCH, seq: BATCH },
    TERM,
    { keeping: keeping('first') },
    { holder: HOLDER },
  );
  return { server, first: first.leases, second: second.leases };
}

function renewing(leases: Leases, seq: number, what: Keeping | undefined): Promise<void> {
  return leases.renew(OWNER, { epoch: EPOCH, seq }, TERM, { keeping: what }, { holder: HOLDER });
}

function isFirst(error: unknown): boolean {
  assert.ok(error instanceof DecidedOtherwise);
  assert.deepEqual(error.kept, { id: nameOf('first'), at: 5, happening: submitted('first') });
  return true;
}

test('a batch is what the first one to begin it says, also for whose cache hasn’t heard of it', async () => {
  const { first, second } = await begun();
  // Its cache shows the Lease as it was before.
  await assert.rejects(renewing(second, BATCH, keeping('second')), isFirst);
  await assert.rejects(renewing(first, BATCH, keeping('third')), isFirst, 'as in the process that began it');
});

test('an activity, which Temporal knows of, finishes first what a task has begun', async () => {
  const { second } = await begun();
  await assert.rejects(renewing(second, BATCH + 1, { batch: BATCH, id: nameOf('an order') }), isFirst);
});

test('what was begun goes on: in the task that is done again, and as an activity, which outranks it', async () => {
  const { first, second } = await begun();
  await renewing(second, BATCH, keeping('first'));
  await renewing(second, BATCH + 1, KNOWN_ELSEWHERE);
  await renewing(second, BATCH + 1, KNOWN_ELSEWHERE);
  await assert.rejects(renewing(first, BATCH, keeping('first')), FencedError);
});

test('looks in between keep it, and the next batch is anybody’s', async () => {
  const { first, second } = await begun();
  await renewing(first, BATCH, undefined);
  assert.equal((await first.view('shop', 'cart'))?.kept?.batch, BATCH);
  await assert.rejects(renewing(second, BATCH, keeping('second')), isFirst);
  await renewing(second, BATCH + BATCH_STEP, keeping('second', BATCH + BATCH_STEP));
  assert.equal((await second.view('shop', 'cart'))?.kept?.id, nameOf('second'));
  await assert.rejects(renewing(first, BATCH, keeping('first')), FencedError);
});

test('the way back, and whoever takes the Canary over, is held up by nothing that was begun', async () => {
  const { server, first, second } = await begun();
  await renewing(second, BATCH + 1, undefined);
  assert.equal((await second.view('shop', 'cart'))?.kept, undefined);
  await assert.rejects(renewing(first, BATCH, keeping('first')), FencedError);
  const third = server.process().leases;
  assert.deepEqual(await third.take(OWNER, 'another', TERM), { epoch: EPOCH + 1, seq: 0 });
  await third.renew(
    OWNER,
    { epoch: EPOCH + 1, seq: BATCH },
    TERM,
    { keeping: keeping('its own') },
    { holder: 'another' },
  );
});

test('what somebody has spoilt is decided anew; what is too long isn’t kept', async () => {
  const { server, second } = await begun();
  const annotations = { ...server.lease?.metadata.annotations, 'serinus.dev/decided': `${BATCH} ab H4sI` };
  assert.ok(server.lease);
  server.lease = { ...server.lease, metadata: { ...server.lease.metadata, annotations, name: leaseName('cart') } };
  await renewing(second, BATCH, keeping('second'));
  const long = submitted(randomBytes(200_000).toString('base64'));
  assert.equal(textOf({ at: 5, happening: long }), undefined);
});
