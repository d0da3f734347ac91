import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { isActive } from '../../src/domain/phases.js';
import { REFUSED_MS } from '../../src/domain/strays.js';
import { FencedError } from '../../src/errors.js';
import { CANARIES, CONFIG_MAPS, type KubeObject, type OwnerReference } from '../../src/kube/object.js';
import { openCluster, type TestCluster } from '../harness/kubernetes/cluster.js';
import { allowNoPods } from '../harness/kubernetes/no-pods.js';
import { isLike, thing, type Thing } from './repair/objects.js';
import { Refusing } from './repair/refusing.js';
import { dependencies } from './repair/dependencies.js';
import { Rig } from './repair/rig.js';
import { FAULTS, OBJECTS, outcomeOf, PHASES, renderLegend, renderTable } from './repair/table.js';
import type { Fault, ObjectName } from './repair/table.js';

/** What others need comes last: without its primary nobody knows what a copy has to hold. */
const ORDER: readonly ObjectName[] = [...OBJECTS].sort((a, b) => rank(a) - rank(b));

function rank(object: ObjectName): number {
  return object === 'Lease' ? 2 : object === 'primary workload' ? 1 : 0;
}

test('docs/repair.md shows the table that is gone through here', () => {
  const text = readFileSync(new URL('../../docs/repair.md', import.meta.url), 'utf8');
  // Prettier aligns tables.
  const plain = (markdown: string): string => markdown.replaceAll(/ +/g, ' ').replaceAll(/-+/g, '-');
  assert.ok(plain(text).includes(plain(renderTable())), `docs/repair.md must hold:\n\n${renderTable()}`);
  assert.ok(plain(text.replaceAll('\n  ', ' ')).includes(plain(renderLegend())), `and:\n\n${renderLegend()}`);
});

describe('every generated object, in every phase, whatever happens to it', { concurrency: 6 }, () => {
  let cluster: TestCluster;
  let deps: ReturnType<typeof dependencies>;
  let refusing: Refusing;
  let other: OwnerReference;

  before(async () => {
    cluster = await openCluster();
    const { client, namespace } = cluster;
    // Nobody is to run: what is looked at are objects.
    await allowNoPods(client, namespace);
    refusing = await Refusing.install(client);
    await refusing.watch(namespace);
    deps = dependencies(client, namespace);
    other = await anotherCanary(cluster);
  });

  after(async () => {
    await deps.stop();
    await refusing.remove();
    await cluster.close();
  });

  for (const fault of FAULTS) {
    for (const phase of PHASES) {
      test(`${phase}: ${fault}`, async () => {
        const name = `${phase.replaceAll(' ', '')}-${FAULTS.indexOf(fault)}`;
        const rig = await Rig.open(deps, cluster.namespace, name, phase);
        for (const object of ORDER) {
          const outcome = outcomeOf(object, phase, fault);
          if (outcome === 'not made yet') continue;
          rig.said = [];
          const what = `${object}, ${phase}, ${fault}: ${outcome}`;
          if (object === 'Lease') await ofLease(rig, fault, what);
          else await ofOther(rig, await thing(rig, object), object, fault, what);
        }
      });
    }
  }

  async function ofOther(rig: Rig, one: Thing, object: ObjectName, fault: Fault, what: string): Promise<void> {
    const whole = (await one.get()) ?? assert.fail(`${what}: it isn't there`);
    switch (outcomeOf(object, rig.phase, fault)) {
      case 'made again':
        await one.delete();
        if (fault === 'Lease gone') await (await thing(rig, 'Lease')).delete();
        await react(rig, object, async () => {
          assert.ok(isLike(await one.get(), whole), `${what}\n${rig.said.join('\n')}`);
          assert.ok(await (await thing(rig, 'Lease')).get(), `${what}: the Lease`);
        });
        return;
      case 'put back':
        assert.ok(!isLike(await one.change(), whole), what);
        await react(rig, object, async () => {
          assert.deepEqual((await one.get())?.['spec'], whole['spec'], what);
          assert.deepEqual((await one.get())?.['data'], whole['data'], what);
        });
        return;
      case 'left': {
        const edited = await one.change();
        await react(rig, object, async () => {
          assert.ok(isLike(await one.get(), edited), what);
        });
        return;
      }
      case 'goes on': {
        // Whoever protects the primary's pods, they are protected.
        const owners = whole.metadata.ownerReferences ?? [];
        await one.give([other]);
        await react(rig, object, async () => {
          assert.ok(isLike(await one.get(), whole), what);
        });
        await one.give(owners);
        return;
      }
      case 'reported':
        await isReported(rig, one, fault, what);
        return;
      default:
        assert.fail(`${what} can't be`);
    }
  }

  async function isReported(rig: Rig, one: Thing, fault: Fault, what: string): Promise<void> {
    const whole = (await one.get()) ?? assert.fail(`${what}: it isn't there`);
    const whose = whole.metadata.ownerReferences ?? [];
    if (fault === 'write refused') {
      await refusing.refuse(one.type, rig.namespace, one.name);
      await one.delete();
    } else await one.give([one.isConfig ? await configOf(rig) : other]);
    const theirs = await one.get();
    const next = await rig.react();
    // Without what it needs a release goes home, which shows what it could not make.
    if (next?.do === 'rollBack') await rig.failing(() => rig.rollBack(), true);
    // A run that looks at what a rollback has left, and has nothing to do with.
    if (next?.do === 'rollBack' || rig.phase === 'rolling back') await rig.rest();
    assert.deepEqual((await one.get())?.metadata.ownerReferences, theirs?.metadata.ownerReferences, what);
    assert.ok(isLike(await one.get(), theirs), `${what}: it was written`);
    const named = rig.said.filter((message) => message.includes(one.name) && message.includes(one.type.kind));
    assert.ok(named.length > 0, `${what}: nothing was reported\n${rig.said.join('\n')}`);
    // Nothing else waits for it.
    assert.ok(!JSON.stringify(next ?? {}).includes('"do":"reconcile"'), what);
    await shownBy(rig, one, what);
    if (theirs) await one.give(whose);
    else await refusing.allow(one.type, whole);
    await goesOn(rig, one, whole, what);
  }

  async function ofLease(rig: Rig, fault: Fault, what: string): Promise<void> {
    const lease = await thing(rig, 'Lease');
    switch (fault) {
      case 'deleted':
      case 'Lease gone':
        await lease.delete();
        await rig.apply([]);
        assert.ok(await lease.get(), what);
        return;
      case 'edited by hand':
        await lease.change();
        await assert.rejects(rig.apply([]), FencedError, what);
        await nextRun(rig);
        return;
      case 'write refused':
        await refusing.refuse(lease.type, rig.namespace, lease.name);
        assert.ok(await rig.failing(() => rig.apply([])), `${what}: it was written`);
        assert.ok(
          rig.said.some((message) => message.includes(lease.name)),
          `${what}: nothing was reported\n${rig.said.join('\n')}`,
        );
        await shownBy(rig, lease, what);
        // Users don't stay with a canary because of it.
        assert.ok(await rig.failing(() => rig.rollBack(), true), what);
        assert.ok([0, undefined].includes(await rig.canaryWeight()), `${what}: users are left with the canary`);
        await refusing.allow(lease.type, (await lease.get()) ?? assert.fail(what));
        assert.equal(await rig.failing(() => rig.apply([])), undefined, what);
        return;
      case 'owned by somebody else':
        await lease.give([other]);
        await rig.apply([]);
        return;
    }
  }
});

/** `kubectl get canary -o yaml` and GitOps tools show it, too. */
async function shownBy(rig: Rig, one: Thing, what: string): Promise<void> {
  const { reason, message = '' } = await rig.condition();
  assert.equal(reason, 'Refused', `${what}: the condition says ${reason}: ${message}`);
  assert.ok(message.includes(one.name), `${what}: the condition says ${message}`);
}

/** What kept it from being put right is gone: nobody has to do anything else. */
async function goesOn(rig: Rig, one: Thing, whole: KubeObject, what: string): Promise<void> {
  rig.later(REFUSED_MS + 1_000);
  await rig.react();
  await rig.rest();
  assert.ok(isLike(await one.get(), whole), `${what}: it isn't made again\n${rig.said.join('\n')}`);
}

/** What the phase does; the check comes before what the rest after it does. */
async function react(rig: Rig, object: ObjectName, check: () => Promise<void>): Promise<void> {
  await rig.react();
  // A rollback makes its own way whole; what no traffic comes to is put right when the Canary rests.
  if (rig.phase === 'rolling back' && object === 'canary Service') await rig.rest();
  await check();
}

/** Whoever takes over a release rolls it back. */
async function nextRun(rig: Rig): Promise<void> {
  await rig.takeOver();
  if (isActive(rig.state.phase)) await rig.rollBack();
  await rig.rest();
}

/** Something that isn't a Canary, and looks after something. */
async function configOf({ deps, namespace, name }: Rig): Promise<OwnerReference> {
  const config = await deps.cache.client.get(CONFIG_MAPS, namespace, `${name}-colours`);
  const { apiVersion, kind } = CONFIG_MAPS;
  return { apiVersion, kind, name: `${name}-colours`, uid: config?.metadata.uid ?? '', controller: true };
}

async function anotherCanary({ client, namespace }: TestCluster): Promise<OwnerReference> {
  const { apiVersion, kind } = CANARIES;
  const made = await client.create(CANARIES, {
    apiVersion,
    kind,
    metadata: { name: 'other', namespace },
    spec: {
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other' },
      service: { port: 80 },
      analysis: { interval: '30s', threshold: 3, stepWeight: 10, maxWeight: 50 },
    },
  });
  return { apiVersion, kind, name: 'other', uid: made.metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}
