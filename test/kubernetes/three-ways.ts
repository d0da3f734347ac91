import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { ALL_TO_PRIMARY, besideBaseline, canaryAt, EVERYBODY_TO_CANARY } from '../../src/domain/weights.js';
import { FencedError } from '../../src/errors.js';
import { titleOf } from '../../src/kube/object.js';
import { claim } from '../harness/claim.js';
import { openRouterBench, type RouterBench } from '../harness/kubernetes/router-bench.js';
import type { RouterCase } from './router-contract.js';

const FENCE = claim(3, 1);
const LATER = claim(3, 2);
const OLDER = claim(2, 9);

/** What a provider must do that divides requests among primary, canary and a fresh baseline. */
export function threeWaysContract(provider: RouterCase): void {
  suite(`the router of ${provider.provider}, with a baseline`, () => {
    contract('gives it as much as the canary, of the primary’s part, and tells so', async (bench) => {
      const { router, canary } = bench;
      await router.reconcile(canary, ALL_TO_PRIMARY, FENCE);
      for (const [weight, primary] of [
        [1, 98],
        [10, 80],
        [33, 34],
        [50, 0],
        [20, 60],
      ] as const) {
        const fence = claim(4, bench.nextSeq());
        await router.setWeights(canary, besideBaseline(canaryAt(weight)), fence);
        assert.deepEqual(await sharesIn(bench), {
          'cart-primary': primary,
          'cart-canary': weight,
          'cart-baseline': weight,
        });
        await router.refresh(canary);
        assert.deepEqual(await router.weights(canary), { ...canaryAt(weight), baseline: true });
        assert.deepEqual(await router.drift(canary), []);
        const before = bench.writes;
        await router.reconcile(canary, ALL_TO_PRIMARY, fence);
        assert.equal(bench.writes, before, 'what is right is left as it is');
      }
    });

    contract('mends the route and keeps the baseline’s share', async (bench) => {
      const { router, canary } = bench;
      await router.setWeights(canary, besideBaseline(canaryAt(10)), FENCE);
      const spoiled = await bench.edit((object) => provider.spoil(object));
      assert.ok(spoiled.length > 0);
      await router.reconcile(canary, ALL_TO_PRIMARY, LATER);
      assert.deepEqual(await router.drift(canary), []);
      assert.deepEqual(await sharesIn(bench), { 'cart-primary': 80, 'cart-canary': 10, 'cart-baseline': 10 });
    });

    for (const [to, weights] of [
      ['the primary', ALL_TO_PRIMARY],
      ['primary and canary alone', canaryAt(10)],
      ['the canary', EVERYBODY_TO_CANARY],
    ] as const) {
      contract(`leads to ${to} again as if there had never been one`, async (bench) => {
        const { router, canary, namespace } = bench;
        await router.setWeights(canary, besideBaseline(canaryAt(10)), FENCE);
        await router.setWeights(canary, weights, LATER);
        await router.dropBaseline?.(canary, LATER);
        await bench.expectExactly(provider.generated(weights, namespace));
        assert.ok(!JSON.stringify(await bench.stored()).includes('cart-baseline'));
      });
    }

    contract('leads home without what users have made', async (bench) => {
      const { router, canary, namespace } = bench;
      await router.setWeights(canary, besideBaseline(canaryAt(50)), FENCE);
      await bench.removeUsers();
      await router.refresh(canary);
      await router.setWeights(canary, ALL_TO_PRIMARY, LATER);
      await router.dropBaseline?.(canary, LATER);
      await bench.expectExactly(provider.generated(ALL_TO_PRIMARY, namespace));
    });

    contract('refuses an older writer', async (bench) => {
      const { router, canary } = bench;
      await router.setWeights(canary, canaryAt(10), FENCE);
      await assert.rejects(router.setWeights(canary, besideBaseline(canaryAt(10)), OLDER), FencedError);
      assert.deepEqual(await router.weights(canary), canaryAt(10));
    });

    function contract(name: string, body: (bench: RouterBench) => Promise<void>): void {
      test(name, async (t: TestContext) => body(await openRouterBench(t, provider, {})));
    }
  });
}

/** The weight of each Service that a generated object names one for. */
async function sharesIn(bench: RouterBench): Promise<Readonly<Record<string, number>>> {
  const found: [string, number][] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { weight, name, serviceName, destination } = value as Readonly<Record<string, unknown>>;
    const host = (destination as { readonly host?: unknown } | undefined)?.host;
    const to = serviceName ?? host ?? name;
    if (typeof weight === 'number' && typeof to === 'string') found.push([to, weight]);
    Object.values(value).forEach(look);
  };
  const stored = await bench.stored();
  stored.forEach((object) => look(object['spec']));
  assert.equal(new Set(found.map(([to]) => to)).size, found.length, stored.map(titleOf).join(', '));
  return Object.fromEntries(found);
}
