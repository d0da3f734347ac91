import {
  type Needs,
  HALF,
  QUARTER,
  applied,
  LOOK,
  freshLook,
  mended,
  readAgain,
  setImage,
  promote,
  canaryOf,
  editCanary,
  present,
  absent,
  withoutAutoscaler,
  isLease,
} from './provoking.js';
import {
  CANARIES,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  HORIZONTAL_POD_AUTOSCALERS,
  POD_DISRUPTION_BUDGETS,
  SCALED_OBJECTS,
  SERVICES,
} from '../../../src/kube/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import { Thing, thing } from '../repair/objects.js';

/** What worker needs of what requests go by, of autoscalers, and of its own objects. */
export const OF_ROUTES: readonly Needs[] = [
  {
    resource: 'services',
    phase: 'progressing',
    each: [
      ...LOOK,
      ...mended('primary Service'),
      readAgain('canary Service'),
      {
        verb: 'delete',
        provoke: async (rig) => {
          const { owner } = await canaryOf(rig);
          const made = await rig.admin.create(SERVICES, {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name: `${rig.name}-app-baseline`, namespace: rig.namespace, ownerReferences: [owner] },
            spec: { ports: [{ port: 80 }] },
          });
          rig.deps.cache.remember(SERVICES, made);
        },
        act: applied({ do: 'scaleDown' }),
        done: absent(SERVICES, '-app-baseline'),
      },
    ],
  },
  {
    resource: 'horizontalpodautoscalers',
    phase: 'progressing',
    each: [
      ...LOOK,
      ...mended('copy of the autoscaler').filter(({ verb }) => verb === 'create'),
      readAgain('copy of the autoscaler'),
      {
        verb: 'update',
        provoke: async (rig) => {
          const body = { spec: { maxReplicas: 5 } };
          const changed = await rig.admin.patch(HORIZONTAL_POD_AUTOSCALERS, 'merge', rig.namespace, rig.name, body);
          rig.deps.cache.remember(HORIZONTAL_POD_AUTOSCALERS, changed);
          await setImage(rig, DEPLOYMENTS, 'lab/http-echo:2');
        },
        act: (rig) => promote(rig, DEPLOYMENTS),
        done: async (rig) => {
          const copy = await rig.admin.get(HORIZONTAL_POD_AUTOSCALERS, rig.namespace, `${rig.name}-primary`);
          return (copy?.['spec'] as { maxReplicas: number }).maxReplicas === 5;
        },
      },
      {
        verb: 'delete',
        provoke: withoutAutoscaler,
        done: absent(HORIZONTAL_POD_AUTOSCALERS, '-primary'),
      },
    ],
  },
  {
    resource: 'poddisruptionbudgets',
    phase: 'progressing',
    each: [
      ...LOOK,
      ...mended('copy of the PodDisruptionBudget'),
      {
        verb: 'delete',
        provoke: async (rig) => {
          const source = await rig.admin.get(POD_DISRUPTION_BUDGETS, rig.namespace, rig.name);
          await rig.admin.delete(POD_DISRUPTION_BUDGETS, rig.namespace, rig.name);
          const { store } = rig.deps.cache.watch(POD_DISRUPTION_BUDGETS);
          if (source) store.delete(source);
        },
        done: absent(POD_DISRUPTION_BUDGETS, '-primary'),
      },
      freshLook,
    ],
  },
  {
    resource: 'scaledobjects',
    phase: 'progressing',
    app: { spec: { autoscalerRef: { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'scaledobjects' } } },
    before: ({ namespace, name }) => [
      SCALED_OBJECTS,
      {
        apiVersion: SCALED_OBJECTS.apiVersion,
        kind: SCALED_OBJECTS.kind,
        metadata: { name, namespace },
        spec: {
          scaleTargetRef: { name },
          triggers: [
            { type: 'cron', metadata: { timezone: 'UTC', start: '0 0 * * *', end: '1 0 * * *', desiredReplicas: '1' } },
          ],
        },
      },
    ],
    each: [
      ...LOOK,
      {
        verb: 'create',
        provoke: async (rig) => {
          const copy = await rig.admin.get(SCALED_OBJECTS, rig.namespace, `${rig.name}-primary`);
          await rig.admin.delete(SCALED_OBJECTS, rig.namespace, `${rig.name}-primary`);
          if (copy) rig.deps.cache.watch(SCALED_OBJECTS).store.delete(copy);
        },
        done: present(SCALED_OBJECTS, '-primary'),
      },
      {
        verb: 'update',
        act: applied({ do: 'scaleUp' }, { do: 'scaleDown' }, { do: 'scaleUp' }),
        done: () => Promise.resolve(true),
      },
      readAgain((rig) => new Thing(rig, SCALED_OBJECTS, `${rig.name}-primary`, () => ({}))),
      { verb: 'delete', provoke: withoutAutoscaler, done: absent(SCALED_OBJECTS, '-primary') },
    ],
  },
  {
    resource: 'endpointslices',
    phase: 'terminating',
    // One that was there before is given back.
    before: ({ namespace, name }) => [
      SERVICES,
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: `${name}-app`, namespace },
        spec: { selector: { app: name }, ports: [{ port: 80 }] },
      },
    ],
    each: [
      {
        verb: 'watch',
        act: async (rig) => {
          await rig.deps.cache.filled(ENDPOINT_SLICES);
          await rig.settle();
        },
        done: () => Promise.resolve(true),
      },
      {
        verb: 'list',
        act: applied({ do: 'revert' }),
        done: async (rig) => (await rig.admin.get(CANARIES, rig.namespace, rig.name)) === undefined,
      },
    ],
  },
  {
    resource: 'apisixroutes',
    phase: 'progressing',
    each: [
      ...LOOK,
      freshLook,
      {
        verb: 'create',
        provoke: async (rig) => (await thing(rig, 'route')).delete(),
        done: present(APISIX_ROUTES, '-apisixroutes-app-canary'),
      },
      {
        verb: 'update',
        provoke: (rig) => rig.apply([QUARTER]),
        act: applied(HALF),
        done: async (rig) => (await rig.canaryWeight()) === 50,
      },
      {
        verb: 'delete',
        provoke: async (rig) => {
          const route = await rig.admin.get(APISIX_ROUTES, rig.namespace, rig.name);
          const made = await rig.admin.create(APISIX_ROUTES, {
            apiVersion: APISIX_ROUTES.apiVersion,
            kind: APISIX_ROUTES.kind,
            metadata: { name: `${rig.name}-2`, namespace: rig.namespace },
            spec: route?.['spec'],
          });
          rig.deps.cache.remember(APISIX_ROUTES, made);
          await editCanary(rig, (spec) => ({
            ...spec,
            routeRef: { apiVersion: APISIX_ROUTES.apiVersion, kind: APISIX_ROUTES.kind, name: `${rig.name}-2` },
          }));
        },
        done: absent(APISIX_ROUTES, '-apisixroutes-app-canary'),
      },
    ],
  },
  {
    resource: 'leases',
    phase: 'progressing',
    each: [
      ...LOOK,
      { verb: 'update', act: applied(), done: () => Promise.resolve(true) },
      { verb: 'create', provoke: async (rig) => (await thing(rig, 'Lease')).delete(), done: (rig) => isLease(rig) },
      { verb: 'get', provoke: async (rig) => (await thing(rig, 'Lease')).delete(), done: (rig) => isLease(rig) },
    ],
  },
  {
    resource: 'events',
    phase: 'progressing',
    each: [
      {
        verb: 'create',
        act: (rig) => rig.say('a word'),
        done: async (rig) => (await rig.events()).includes('a word'),
      },
    ],
  },
];
