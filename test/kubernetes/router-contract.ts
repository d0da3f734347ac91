import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Canary } from '../../src/crds/canary.js';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, canaryAt, type Weights } from '../../src/domain/weights.js';
import { FencedError, UserError } from '../../src/errors.js';
import type { KubeObject, OwnerReference, ResourceType } from '../../src/kube/object.js';
import { titleOf } from '../../src/kube/object.js';
import { pathOf } from '../../src/kube/path.js';
import { FENCE_ANNOTATION } from '../../src/kubernetes/write.js';
import { openRouterBench, plain, type RouterBench } from '../harness/kubernetes/router-bench.js';
import { claim } from '../harness/claim.js';

/** An object as a traffic provider makes it, but for what the API server adds. */
export interface Generated {
  readonly type: ResourceType;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: unknown;
}

/** What a Canary of the case asks for: `service`, `analysis`, `routeRef` and so on, merged over the suite's own. */
export type CanaryPart = Readonly<Record<string, unknown>>;

/** Another Canary of the same provider, with what is generated for it. */
export interface Variant {
  readonly name: string;
  /** Merged over the case's, two levels deep. */
  readonly canary: CanaryPart;
  /** One after another. */
  readonly weights: readonly Weights[];
  generated(weights: Weights, namespace: string): readonly Generated[];
}

export interface Refused {
  readonly name: string;
  /** What is wrong with the Canary, if it is that. */
  readonly edit?: (canary: Canary) => Canary;
  /** What users have made instead, if it is that. */
  readonly users?: (namespace: string) => readonly KubeObject[];
  /** In words for an Event. */
  readonly message: RegExp;
}

/** What the suite must know of a provider to hold it to the contract of `Router`. */
export interface RouterCase {
  /** As `spec.provider` names it. */
  readonly provider: string;
  /** The service is `cart` on port 80, and so is the target; all else that the provider needs is said here. */
  readonly canary: CanaryPart;
  /** Objects that users have made before. The router may read them, and must leave them as they are. */
  readonly users: (namespace: string) => readonly KubeObject[];
  /** What the router makes, exactly, field by field. */
  generated(weights: Weights, namespace: string): readonly Generated[];
  /** What else it must be able to make: audiences, mirroring, filters. */
  readonly variants: readonly Variant[];
  /** Somebody edits a generated object, and not its weights. */
  spoil(object: KubeObject): KubeObject;
  /** Fields, rules and the like that are none of the router's business; metadata the suite looks after itself. */
  readonly embellish?: (object: KubeObject) => KubeObject;
  /** Mistakes of users. Each is refused by `reconcile` and `setWeights` alike. */
  readonly refused: readonly Refused[];
  /** What is left of the generated objects after `finalize`: all of them, unless said here. */
  readonly finalized?: readonly string[];
  /** What they say then, where that isn't what they said before. */
  readonly atEnd?: readonly Generated[];
}

const WEIGHTS = [0, 1, 10, 33, 50, 99, 100].map(canaryAt);
const FENCE = claim(3, 1);
const LATER = claim(3, 2);
const OLDER = claim(2, 9);

/**
 * What every traffic provider must do, on a real API server: one run of this for each. See `Router` for the words.
 */
export function routerContract(provider: RouterCase): void {
  suite(`the router of ${provider.provider}`, () => {
    contract('makes exactly its objects, and names them', async (bench) => {
      await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, FENCE);
      await bench.expectExactly(provider.generated(ALL_TO_PRIMARY, bench.namespace), FENCE);
      await bench.expectUsersUntouched();
      assert.deepEqual(await bench.router.drift(bench.canary), []);
      const concerns = bench.router.concerns(bench.canary).map(({ type, name }) => `${pathOf(type)}/${name}`);
      const watched = bench.router.watches.map((type) => pathOf(type));
      for (const { type, name } of provider.generated(ALL_TO_PRIMARY, bench.namespace)) {
        assert.ok(concerns.includes(`${pathOf(type)}/${name}`), `${type.kind}/${name} concerns the Canary`);
        assert.ok(watched.includes(pathOf(type)), `${type.kind} is watched`);
      }
    });

    contract('writes nothing where nothing differs', async (bench) => {
      await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, FENCE);
      const before = bench.writes;
      await bench.router.reconcile(bench.canary, canaryAt(70), LATER);
      await bench.router.refresh(bench.canary);
      await bench.router.reconcile(bench.canary, canaryAt(70), LATER);
      assert.equal(bench.writes, before);
      assert.deepEqual(await bench.router.weights(bench.canary), ALL_TO_PRIMARY);
    });

    contract('divides the traffic at any weight, and shows how', async (bench) => {
      await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, FENCE);
      await walk(bench, WEIGHTS, (weights) => provider.generated(weights, bench.namespace));
      await walk(bench, [...WEIGHTS].reverse(), (weights) => provider.generated(weights, bench.namespace));
      await bench.expectUsersUntouched();
    });

    contract('keeps the weights when the objects are made right', async (bench) => {
      await bench.router.setWeights(bench.canary, canaryAt(33), FENCE);
      await bench.edit((object) => provider.spoil(object));
      await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, LATER);
      await bench.expectExactly(provider.generated(canaryAt(33), bench.namespace), LATER);
    });

    contract('sees weights that somebody else has set', async (bench) => {
      await bench.router.setWeights(bench.canary, canaryAt(10), FENCE);
      const foreign = provider.generated(canaryAt(50), bench.namespace);
      await bench.edit((object) => asGenerated(object, foreign));
      await bench.router.refresh(bench.canary);
      assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(50));
      assert.deepEqual(await bench.router.drift(bench.canary), [], 'weights are no drift');
    });

    contract('sees what somebody else has changed, names it, and mends it', async (bench) => {
      await bench.router.setWeights(bench.canary, canaryAt(10), FENCE);
      const spoiled = await bench.edit((object) => provider.spoil(object));
      assert.ok(spoiled.length > 0, 'the case spoils something');
      await bench.router.refresh(bench.canary);
      assert.deepEqual([...(await bench.router.drift(bench.canary))].sort(), spoiled);
      await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, LATER);
      assert.deepEqual(await bench.router.drift(bench.canary), []);
    });

    contract('leaves alone what users have added', async (bench) => {
      const { embellish = (object: KubeObject) => object } = provider;
      await bench.router.setWeights(bench.canary, canaryAt(10), FENCE);
      await bench.edit((object) => withMetadata(embellish(object)));
      await bench.router.refresh(bench.canary);
      assert.deepEqual(await bench.router.drift(bench.canary), []);
      const added = await bench.stored();
      const before = bench.writes;
      await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, LATER);
      assert.equal(bench.writes, before);
      await bench.router.setWeights(bench.canary, canaryAt(50), LATER);
      await bench.router.setWeights(bench.canary, canaryAt(10), claim(3, 3));
      assert.deepEqual((await bench.stored()).map(plain), added.map(plain));
    });

    contract('heals what was deleted', async (bench) => {
      await bench.router.setWeights(bench.canary, canaryAt(10), FENCE);
      for (const { type, name } of provider.generated(canaryAt(10), bench.namespace)) {
        await bench.client.delete(type, bench.namespace, name);
        await bench.router.refresh(bench.canary);
        assert.deepEqual(await bench.router.drift(bench.canary), [`${type.kind}/${name}`]);
        await bench.router.reconcile(bench.canary, canaryAt(10), LATER);
      }
      await bench.expectExactly(provider.generated(canaryAt(10), bench.namespace));
      for (const { type, name } of provider.generated(canaryAt(10), bench.namespace)) {
        await bench.client.delete(type, bench.namespace, name);
      }
      await bench.router.refresh(bench.canary);
      assert.equal(await bench.router.weights(bench.canary), undefined);
      await bench.router.setWeights(bench.canary, ALL_TO_PRIMARY, LATER);
      assert.deepEqual(await bench.router.weights(bench.canary), ALL_TO_PRIMARY);
    });

    contract('refuses an older writer, whatever it wants, and is stamped even where nothing changes', async (bench) => {
      await bench.router.setWeights(bench.canary, canaryAt(50), OLDER);
      await bench.router.setWeights(bench.canary, canaryAt(50), FENCE);
      const stamps = (await bench.stored()).map(({ metadata }) => metadata.annotations?.[FENCE_ANNOTATION]);
      assert.ok(stamps.includes('3.1'), `stamps: ${stamps.join(', ')}`);
      await assert.rejects(bench.router.setWeights(bench.canary, canaryAt(60), OLDER), FencedError);
      await assert.rejects(bench.router.setWeights(bench.canary, canaryAt(50), OLDER), FencedError);
      await bench.edit((object) => provider.spoil(object));
      await assert.rejects(bench.router.reconcile(bench.canary, canaryAt(60), OLDER), FencedError);
      await bench.router.reconcile(bench.canary, canaryAt(60), LATER);
      await bench.expectExactly(provider.generated(canaryAt(50), bench.namespace));
    });

    contract('finds the way back without what users have made', async (bench) => {
      await bench.router.setWeights(bench.canary, canaryAt(50), FENCE);
      await bench.removeUsers();
      await bench.router.refresh(bench.canary);
      await bench.router.setWeights(bench.canary, ALL_TO_PRIMARY, LATER);
      await bench.expectExactly(provider.generated(ALL_TO_PRIMARY, bench.namespace));
    });

    contract('refuses to send the traffic nowhere', async (bench) => {
      await bench.router.setWeights(bench.canary, canaryAt(10), FENCE);
      await assert.rejects(bench.router.setWeights(bench.canary, { primary: 0, canary: 0 }, LATER), UserError);
      assert.deepEqual(await bench.router.weights(bench.canary), canaryAt(10));
    });

    contract('reports whether the data plane has applied the change, or that it is unknown', async (bench) => {
      await bench.router.setWeights(bench.canary, canaryAt(10), FENCE);
      assert.notEqual(await bench.router.isSettled(bench.canary), true, 'the Services it leads to do not exist');
    });

    contract('undoes at the end what must not stay', async (bench) => {
      await bench.router.setWeights(bench.canary, canaryAt(10), FENCE);
      await bench.router.finalize(bench.canary, LATER);
      await bench.router.finalize(bench.canary, LATER);
      const all = provider.generated(canaryAt(10), bench.namespace).map(({ type, name }) => `${type.kind}/${name}`);
      assert.deepEqual((await bench.stored()).map(titleOf).sort(), [...(provider.finalized ?? all)].sort());
      if (provider.atEnd) await bench.expectExactly(provider.atEnd);
      await bench.expectUsersUntouched();
    });

    contract('never touches what somebody else has under the names of its objects', async (bench) => {
      const { canary, router, namespace } = bench;
      const other = await bench.anotherCanary();
      const theirs = provider.generated(canaryAt(50), namespace).map((one) => foreign(one, namespace, [other]));
      for (const object of theirs) await bench.create(object);
      const whole = async () => (await bench.stored()).map((object) => [object.metadata.uid, plain(object)]);
      const before = await whole();
      await router.refresh(canary);
      assert.equal(await router.weights(canary), undefined, 'their weights say nothing of this Canary');
      assert.deepEqual([...(await router.drift(canary))].sort(), theirs.map(titleOf).sort());
      const isRefused = refusalOf(theirs, namespace, 'other');
      await assert.rejects(router.reconcile(canary, ALL_TO_PRIMARY, FENCE), isRefused);
      await assert.rejects(router.setWeights(canary, ALL_TO_PRIMARY, LATER), isRefused);
      await router.finalize(canary, LATER);
      assert.deepEqual(await whole(), before);
    });

    contract('names all it makes; what users had before is taken over only where it says so', async (bench) => {
      const { canary, router, namespace } = bench;
      const made = provider.generated(ALL_TO_PRIMARY, namespace);
      const owned = router.owns(canary);
      assert.deepEqual(owned.map(titled).sort(), made.map(titled).sort());
      for (const one of made.filter((object) => !owned.some((o) => o.takesOver && titled(o) === titled(object)))) {
        const object = foreign(one, namespace, []);
        const created = await bench.create(object);
        await router.refresh(canary);
        await assert.rejects(router.reconcile(canary, ALL_TO_PRIMARY, FENCE), refusalOf([object], namespace));
        await router.finalize(canary, LATER);
        const after = (await bench.stored()).find((stored) => titleOf(stored) === titleOf(object));
        assert.ok(after, titleOf(object));
        assert.deepEqual([after.metadata.uid, plain(after)], [created.metadata.uid, plain(created)]);
        await bench.client.delete(one.type, namespace, one.name);
        await router.refresh(canary);
      }
    });

    for (const variant of provider.variants) {
      contract(
        variant.name,
        async (bench) => {
          const generated = (weights: Weights) => variant.generated(weights, bench.namespace);
          await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, FENCE);
          await bench.expectExactly(generated(ALL_TO_PRIMARY));
          await walk(bench, [...variant.weights, ALL_TO_PRIMARY, ALL_TO_CANARY, ALL_TO_PRIMARY], generated);
        },
        variant.canary,
      );
    }

    for (const { name, edit = (canary: Canary) => canary, users, message } of provider.refused) {
      contract(
        `refuses ${name}`,
        async (bench) => {
          const canary = edit(bench.canary);
          const fits = (error: unknown) => error instanceof UserError && message.test(error.message);
          await assert.rejects(bench.router.reconcile(canary, ALL_TO_PRIMARY, FENCE), fits);
          await assert.rejects(bench.router.setWeights(canary, canaryAt(10), FENCE), fits);
          assert.deepEqual(await bench.stored(), [], 'nothing is made');
        },
        {},
        users,
      );
    }

    function contract(
      name: string,
      body: (bench: RouterBench) => Promise<void>,
      canary: CanaryPart = {},
      users = provider.users,
    ): void {
      test(name, async (t: TestContext) => body(await openRouterBench(t, { ...provider, users }, canary)));
    }
  });
}

function titled({ type, name }: { readonly type: ResourceType; readonly name: string }): string {
  return `${type.kind}/${name}`;
}

/** An object as it is generated, in somebody else's possession. */
function foreign(
  { type, name, annotations = {}, spec }: Generated,
  namespace: string,
  owners: readonly OwnerReference[],
): KubeObject {
  const { apiVersion, kind } = type;
  return { apiVersion, kind, metadata: { name, namespace, annotations, ownerReferences: owners }, spec };
}

/** A refusal for a person to mend, which names one of the objects, and whose it is. */
function refusalOf(objects: readonly KubeObject[], namespace: string, owner = ''): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UserError, String(error));
    const named = objects.some(({ kind, metadata }) =>
      error.message.includes(`${kind} ${metadata.name}.${namespace} `),
    );
    assert.ok(named, error.message);
    assert.match(error.message, owner === '' ? /has not been made for this Canary/ : /belongs to Canary other/);
    return true;
  };
}

/** Sets the weights one after another; after each the objects, what is reported of them, and a further look agree. */
async function walk(
  bench: RouterBench,
  weights: readonly Weights[],
  generated: (weights: Weights) => readonly Generated[],
): Promise<void> {
  for (const [index, wanted] of weights.entries()) {
    const fence = claim(4, bench.nextSeq());
    await bench.router.setWeights(bench.canary, wanted, fence);
    await bench.expectExactly(generated(wanted));
    const reported = await bench.router.weights(bench.canary);
    assert.deepEqual({ ...reported, everybody: wanted.everybody }, { ...wanted, everybody: wanted.everybody });
    assert.deepEqual(await bench.router.drift(bench.canary), [], `drift at weights number ${index}`);
    const before = bench.writes;
    await bench.router.reconcile(bench.canary, ALL_TO_PRIMARY, fence);
    assert.equal(bench.writes, before, `a write for nothing at weights number ${index}`);
  }
}

/** As the router would have made it, where it would have; the rest of the object as it is. */
function asGenerated(object: KubeObject, generated: readonly Generated[]): KubeObject {
  const wanted = generated.find(({ type, name }) => type.kind === object.kind && name === object.metadata.name);
  if (!wanted) return object;
  const annotations = { ...object.metadata.annotations, ...wanted.annotations };
  return { ...object, metadata: { ...object.metadata, annotations }, spec: wanted.spec };
}

function withMetadata(object: KubeObject): KubeObject {
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, team: 'blue' },
      annotations: { ...annotations, 'example.com/note': 'mine' },
    },
  };
}
