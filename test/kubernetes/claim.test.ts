import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FencedError } from '../../src/errors.js';
import type { ClusterCache } from '../../src/kube/cache.js';
import { LeaseClaim } from '../../src/kubernetes/claim.js';
import type { Leases } from '../../src/kubernetes/lease.js';
import type { LeaseView } from '../../src/kubernetes/lease-object.js';
import { CONFIG_MAPS, type KubeObject } from '../../src/kube/object.js';
import { make, remove, write, type WriteOptions } from '../../src/kubernetes/write.js';

const KEY = { namespace: 'shop', name: 'cart' };
const OBJECT: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...KEY, resourceVersion: '1' },
  data: {},
};
const TERM = { kind: 'seconds', seconds: 60 } as const;

/** A run whose Canary another has just taken, which the watch has not told this process yet. */
class Overtaken {
  now = 0;
  asked = 0;
  readonly sent: string[] = [];
  readonly claim: LeaseClaim;
  readonly cache: ClusterCache;

  constructor() {
    const lease = (epoch: number, holder: string) => ({ fence: { epoch, seq: 1 }, holder }) as LeaseView;
    const leases = {
      view: () => Promise.resolve(lease(1, 'first')),
      fresh: () => {
        this.asked += 1;
        return Promise.resolve(lease(2, 'second'));
      },
      renew: () => Promise.resolve(),
    } as unknown as Leases;
    const owner = { ...KEY, owner: { apiVersion: 'v1', kind: 'ConfigMap', name: 'cart', uid: 'u' } };
    this.claim = new LeaseClaim(leases, owner, { epoch: 1, seq: 1 }, { holder: 'first' }, () => this.now);
    const send = (verb: string) => (_type: unknown, object: KubeObject) => {
      this.sent.push(verb);
      return Promise.resolve(object);
    };
    this.cache = {
      get: () => Promise.resolve(OBJECT),
      getFresh: () => Promise.resolve(OBJECT),
      keepsWhole: () => true,
      remember: () => undefined,
      client: { create: send('create'), replace: send('replace'), delete: send('delete') },
    } as unknown as ClusterCache;
  }

  async write(options: Partial<WriteOptions> = {}): Promise<void> {
    const changed = (current: KubeObject | undefined) => current && { ...current, data: { a: '1' } };
    await write(this.cache, CONFIG_MAPS, KEY, changed, { fence: this.claim, ...options });
  }
}

type Writing = (run: Overtaken) => Promise<unknown>;

/** Whatever bears no stamp has no fence but the Lease. */
const UNSTAMPED: Readonly<Record<string, Writing>> = {
  'a change': (run) => run.write(),
  'a status': (run) => run.write({ subresource: 'status' }),
  'what is made once': (run) => make(run.cache, CONFIG_MAPS, OBJECT, { fence: run.claim }),
  'a deletion': (run) => remove(run.cache, CONFIG_MAPS, OBJECT, { fence: run.claim }),
};

describe('a write goes by what is known of the Lease for a moment only', () => {
  for (const [what, writing] of Object.entries(UNSTAMPED)) {
    test(`${what} without a stamp: for one second after the last proof`, async () => {
      const run = new Overtaken();
      await run.claim.renew(TERM);
      run.now = 999;
      await writing(run);
      assert.equal(run.asked, 0);
      assert.equal(run.sent.length, 1);
      run.now = 1_000;
      await assert.rejects(writing(run), FencedError);
      assert.equal(run.asked, 1);
      assert.equal(run.sent.length, 1, 'nothing was sent');
    });
  }

  test('with a stamp, which refuses late writers itself: for three', async () => {
    const run = new Overtaken();
    await run.claim.renew(TERM);
    run.now = 2_999;
    await run.write({ stamp: true });
    assert.equal(run.asked, 0);
    run.now = 3_000;
    await assert.rejects(run.write({ stamp: true }), FencedError);
    assert.equal(run.sent.length, 1);
  });

  test('a claim without any proof asks before its first write', async () => {
    const run = new Overtaken();
    await assert.rejects(run.write(), FencedError);
    assert.deepEqual(run.sent, []);
  });
});
