import {
  type Need,
  type Needs,
  applied,
  LOOK,
  freshLook,
  setImage,
  imageOf,
  promote,
  promoted,
  present,
  absent,
  configs,
} from './provoking.js';
import assert from 'node:assert/strict';
import {
  CANARIES,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  METRIC_TEMPLATES,
  SECRETS,
} from '../../../src/kube/object.js';
import { thing } from '../repair/objects.js';

/** What worker needs of Canaries, of what it makes pods by, and of what those read. */
export const OF_WORKLOADS: readonly Needs[] = [
  {
    resource: 'canaries',
    phase: 'at rest',
    each: [
      {
        verb: 'update',
        provoke: async (rig) => {
          const object = await rig.admin.patch(CANARIES, 'merge', rig.namespace, rig.name, {
            metadata: { finalizers: null },
          });
          rig.deps.cache.remember(CANARIES, object);
        },
        done: async (rig) => {
          const object = await rig.admin.get(CANARIES, rig.namespace, rig.name);
          return (object?.metadata.finalizers ?? []).length > 0;
        },
      },
      freshLook,
    ],
  },
  {
    resource: 'canaries/status',
    phase: 'progressing',
    each: [
      {
        verb: 'update',
        act: applied({
          do: 'status',
          status: {
            phase: 'Progressing',
            canaryWeight: 25,
            failedChecks: 1,
            iterations: 0,
            lastAppliedSpec: '',
            lastPromotedSpec: '',
            trackedConfigs: {},
          },
        }),
        done: async (rig) => {
          const { failedChecks } = (await rig.admin.get(CANARIES, rig.namespace, rig.name))?.['status'] as {
            failedChecks?: number;
          };
          return failedChecks === 1;
        },
      },
    ],
  },
  {
    resource: 'metrictemplates',
    phase: 'at rest',
    app: {
      analysis: {
        metrics: [{ name: 'own', templateRef: { name: 'own' }, thresholdRange: { min: 1 }, interval: '1m' }],
      },
    },
    before: ({ namespace }) => [
      METRIC_TEMPLATES,
      {
        apiVersion: METRIC_TEMPLATES.apiVersion,
        kind: METRIC_TEMPLATES.kind,
        metadata: { name: 'own', namespace },
        spec: { provider: { type: 'prometheus', address: 'http://127.0.0.1:1' }, query: 'vector(1)' },
      },
    ],
    each: LOOK,
  },
  {
    resource: 'deployments',
    phase: 'at rest',
    each: [
      ...LOOK,
      freshLook,
      {
        verb: 'create',
        provoke: async (rig) => (await thing(rig, 'primary workload')).delete(),
        done: present(DEPLOYMENTS, '-primary'),
      },
      {
        verb: 'update',
        act: applied({ do: 'scaleUp' }),
        done: async (rig) =>
          (
            await rig.admin
              .get(DEPLOYMENTS, rig.namespace, rig.name)
              .then((one) => one?.['spec'] as { replicas: number })
          ).replicas > 0,
      },
      {
        verb: 'delete',
        provoke: async (rig) => {
          await promoted(rig, 'lab/http-echo:2');
          await rig.apply([{ do: 'keepPrevious', until: Date.now() + 3_600_000 }]);
          assert.ok(await present(DEPLOYMENTS, '-previous')(rig), 'warm pods are kept');
        },
        act: applied({ do: 'pointBack' }),
        done: absent(DEPLOYMENTS, '-previous'),
      },
    ],
  },
  {
    resource: 'daemonsets',
    phase: 'at rest',
    app: { kind: 'DaemonSet' },
    each: [
      ...LOOK,
      freshLook,
      {
        verb: 'create',
        provoke: async (rig) => rig.admin.delete(DAEMON_SETS, rig.namespace, `${rig.name}-primary`),
        done: present(DAEMON_SETS, '-primary'),
      },
      {
        verb: 'update',
        provoke: (rig) => setImage(rig, DAEMON_SETS, 'lab/http-echo:2'),
        act: (rig) => promote(rig, DAEMON_SETS),
        done: async (rig) => (await imageOf(rig, DAEMON_SETS, `${rig.name}-primary`)) === 'lab/http-echo:2',
      },
    ],
  },
  {
    resource: 'controllerrevisions',
    phase: 'progressing',
    each: [
      ...(['list', 'create'] as const).map((verb, i): Need => ({
        verb,
        provoke: async (rig) => {
          await setImage(rig, DEPLOYMENTS, `lab/http-echo:${i + 2}`);
          await rig.takeOver();
        },
        act: (rig) => promote(rig, DEPLOYMENTS),
        done: async (rig) => (await imageOf(rig, DEPLOYMENTS, `${rig.name}-primary`)) === `lab/http-echo:${i + 2}`,
      })),
      {
        verb: 'patch',
        provoke: async (rig) => {
          await promoted(rig, 'lab/http-echo:7');
          await promoted(rig, 'lab/http-echo:8');
          await promoted(rig, 'lab/http-echo:7');
          const { items } = await rig.admin.list(CONTROLLER_REVISIONS, { namespace: rig.namespace });
          for (const { metadata } of items) {
            const body = { metadata: { annotations: { 'serinus.dev/revision': 'another' } } };
            await rig.admin.patch(CONTROLLER_REVISIONS, 'merge', rig.namespace, metadata.name, body);
          }
          await setImage(rig, DEPLOYMENTS, 'lab/http-echo:8');
          await rig.takeOver();
        },
        act: (rig) => promote(rig, DEPLOYMENTS),
        done: async (rig) => (await imageOf(rig, DEPLOYMENTS, `${rig.name}-primary`)) === 'lab/http-echo:8',
      },
      {
        verb: 'delete',
        provoke: async (rig) => {
          await promoted(rig, 'lab/http-echo:4');
          await promoted(rig, 'lab/http-echo:5');
          await setImage(rig, DEPLOYMENTS, 'lab/http-echo:6');
          await rig.takeOver();
        },
        act: (rig) => promote(rig, DEPLOYMENTS),
        done: async (rig) => (await imageOf(rig, DEPLOYMENTS, `${rig.name}-primary`)) === 'lab/http-echo:6',
      },
      {
        verb: 'get',
        // The promotion before is unfinished: its rollback puts back what it has replaced.
        act: (rig) => rig.rollBack(),
        done: async (rig) => (await imageOf(rig, DEPLOYMENTS, `${rig.name}-primary`)) !== 'lab/http-echo:6',
      },
    ],
  },
  configs(CONFIG_MAPS, 'copy of a ConfigMap', 'colours', { COLOUR: 'green' }),
  configs(SECRETS, 'copy of a Secret', 'token', { TOKEN: 'Yw==' }),
];
