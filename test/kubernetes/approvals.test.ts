import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { apply } from '../../src/activities/apply.js';
import { begin } from '../../src/activities/begin.js';
import type { Logger } from '../../src/logging.js';
import { observe } from '../../src/activities/observe.js';
import { readObservation } from '../../src/canary/observation.js';
import { APPROVALS_ANNOTATION, approvalsDigest } from '../../src/crds/approvals.js';
import { needOf } from '../../src/domain/change.js';
import { initialState } from '../../src/domain/initial.js';
import type { Findings } from '../../src/domain/findings.js';
import type { RunState } from '../../src/domain/state.js';
import { CANARIES, DEPLOYMENTS } from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { wire } from '../../src/processes/wiring.js';
import { asked } from '../../src/workflows/asked.js';
import { APP, appCanary, appDeployment, appRoute } from '../harness/release/objects.js';
import { until } from '../harness/until.js';
import { temporalAddress } from '../harness/temporal/workflow-bench.js';
import { openCluster } from '../harness/kubernetes/cluster.js';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** A Canary on the API server, looked at as the worker and the watch process do. */
async function annotated(t: { after: (fn: () => unknown) => void }, approvals: string) {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const { client, namespace } = cluster;
  const connection = Connection.lazy({ address: temporalAddress() });
  t.after(() => connection.close());
  const deps = wire(client, new Client({ connection }), { ...DEFAULT_SETTINGS, namespace }, SILENT);
  t.after(() => deps.cache.stop());
  const app = { namespace, host: `${namespace}.example.com`, image: 'lab/http-echo:1' };
  await client.create(DEPLOYMENTS, appDeployment(app));
  await client.create(APISIX_ROUTES, appRoute(app));
  const canary = appCanary(app);
  const metadata = { ...canary.metadata, annotations: { [APPROVALS_ANNOTATION]: approvals } };
  await client.create(CANARIES, { ...canary, metadata });
  const key = { cluster: 'c', namespace, name: APP };
  const begun = await begin(deps, { canary: key, holder: 'me', leaseSeconds: 60 });
  assert.ok(!begun.gone);
  const cause = { id: 'c', kind: 'target', by: 'test' } as const;
  const state: RunState = { ...initialState(key, cause, begun, 0), phase: 'Waiting', promoted: 'v1' };
  let seq = 0;
  const guard = () => ({ canary: key, fence: { epoch: begun.epoch, seq }, lease: { kind: 'held' } as const });
  return {
    digest: (text: string) => approvalsDigest({ metadata: { annotations: { [APPROVALS_ANNOTATION]: text } } }),
    annotate: async (text: string | null): Promise<void> => {
      const patch = { metadata: { annotations: { [APPROVALS_ANNOTATION]: text } } };
      await client.patch(CANARIES, 'merge', namespace, APP, patch);
    },
    look: (known: RunState): Promise<Findings> =>
      observe(
        deps,
        { ...guard(), standing: asked(known), fresh: true, asOf: Date.now() },
        new AbortController().signal,
      ),
    state,
    /** What an apply of a run does that knows of these approvals. */
    dealtWith: async (observedApprovals: string): Promise<void> => {
      seq += 1;
      const more = { effects: [], at: Date.now(), observedGeneration: 1, observedApprovals };
      await apply(deps, { ...guard(), ...more }, new AbortController().signal);
    },
    /** What the watch process would tell the run, once its caches show it. */
    need: async (): Promise<string | undefined> => {
      const observation = await readObservation(deps, key);
      // Of the generation no run has dealt with yet; here the approvals count.
      return (
        observation &&
        needOf({ ...observation, observedGeneration: observation.generation, seen: undefined, drift: [] })
      );
    },
  };
}

test('an annotation that changes in mid-release is noticed by the watch process, and told by the next look', async (t) => {
  const one = '- gate: rollout\n  needed: 2\n';
  const canary = await annotated(t, one);
  assert.equal(await canary.need(), 'spec', 'no run has dealt with it');
  const first = await canary.look(canary.state);
  assert.equal(first.world.policy?.approvals?.rules[0]?.needed, 2);
  assert.equal(first.world.approvals, canary.digest(one));
  await canary.dealtWith(canary.digest(one));
  await until(async () => (await canary.need()) === undefined, 'the run knows of it');

  const known: RunState = { ...canary.state, policy: first.world.policy };
  assert.equal((await canary.look(known)).world.policy, undefined, 'nothing new');
  await canary.annotate('- gate: rollout\n');
  await until(async () => (await canary.need()) === 'spec', 'the watch process tells it');
  const second = await canary.look(known);
  assert.equal(second.world.policy?.approvals?.rules[0]?.needed, 1);
  assert.equal(second.world.policy.generation, first.world.policy?.generation, 'the generation says nothing');

  await canary.annotate(null);
  const third = await canary.look({ ...known, policy: second.world.policy });
  assert.ok(third.world.policy);
  assert.deepEqual([third.world.policy.approvals, third.world.approvals], [undefined, undefined]);
});

test('an annotation that becomes invalid is refused, and a release under way goes by the last valid one', async (t) => {
  const valid = '- gate: promotion\n  groups: [sre]\n';
  const canary = await annotated(t, valid);
  await canary.dealtWith(canary.digest(valid));
  await canary.annotate('- gate: promotion\n  needed: none\n');
  const { world } = await canary.look(canary.state);
  assert.deepEqual(
    [world.refusal?.field, world.refusal?.value, world.refusal?.remedy],
    [`metadata.annotations["${APPROVALS_ANNOTATION}"][0].needed`, '"none"', 'use a whole number from 1 to 20'],
  );
  assert.deepEqual(world.policy?.approvals?.rules[0]?.groups, ['sre']);
  await until(async () => (await canary.need()) === 'spec', 'a run is to say so');
});
