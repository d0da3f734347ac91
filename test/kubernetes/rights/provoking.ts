import assert from 'node:assert/strict';
import type { Verb } from '../../../scripts/rbac/rules.js';
import type { Effect } from '../../../src/domain/decision/effects.js';
import {
  CANARIES,
  CONFIG_MAPS,
  DEPLOYMENTS,
  LEASES,
  type KubeObject,
  type ResourceType,
} from '../../../src/kube/object.js';
import { leaseName } from '../../../src/kubernetes/lease-object.js';
import { change } from '../../harness/kubernetes/change.js';
import type { AppParts } from '../repair/app.js';
import { thing, type Thing } from '../repair/objects.js';
import type { Rig } from '../repair/rig.js';
import type { ObjectName, PhaseName } from '../repair/table.js';

/** What makes a run need a right, and what it does then. */
export interface Need {
  readonly verb: Verb;
  /** Done by somebody else, before the right is taken away. */
  readonly provoke?: (rig: Rig) => Promise<void>;
  /** A look, with whatever is to be put right, where nothing is said. */
  readonly act?: (rig: Rig) => Promise<unknown>;
  /** Whether what needed the right has been done. */
  readonly done: (rig: Rig) => Promise<boolean>;
}

/** All that is needed of one resource, one after another in one release. */
export interface Needs {
  readonly resource: string;
  readonly phase: PhaseName;
  readonly app?: AppParts;
  /** Made before its Canary. */
  readonly before?: (rig: { readonly namespace: string; readonly name: string }) => readonly [ResourceType, KubeObject];
  readonly each: readonly Need[];
}

export const HALF: Effect = { do: 'weights', primary: 50, canary: 50 };
export const QUARTER: Effect = { do: 'weights', primary: 75, canary: 25 };

export function applied(...effects: Effect[]): Need['act'] {
  return (rig) => rig.apply(effects);
}

const reading = (verb: Verb): Need => ({ verb, done: () => Promise.resolve(true) });
export const LOOK: readonly Need[] = [reading('list'), reading('watch')];
export const freshLook: Need = {
  verb: 'get',
  act: (rig) => rig.settle(true),
  done: () => Promise.resolve(true),
};

/** It is made again, and put right, where somebody has deleted or edited it. */
export function mended(object: ObjectName): readonly Need[] {
  let whole: KubeObject | undefined;
  const remember = async (rig: Rig): Promise<Thing> => {
    const one = await thing(rig, object);
    whole = await one.get();
    return one;
  };
  const isAsItWas = async (rig: Rig): Promise<boolean> => {
    const now = await (await thing(rig, object)).get();
    return now !== undefined && JSON.stringify(specOf(now)) === JSON.stringify(specOf(whole));
  };
  return [
    {
      verb: 'create',
      provoke: async (rig) => (await remember(rig)).delete(),
      done: async (rig) => (await (await thing(rig, object)).get()) !== undefined,
    },
    { verb: 'update', provoke: async (rig) => void (await (await remember(rig)).change()), done: isAsItWas },
  ];
}

function specOf(object: KubeObject | undefined): unknown {
  const { clusterIP: _ip, clusterIPs: _ips, ...spec } = (object?.['spec'] ?? {}) as Record<string, unknown>;
  return [spec, object?.['data']];
}

/** What isn't ours in the cache is read again before it is refused. */
export function readAgain(object: ObjectName | ((rig: Rig) => Thing)): Need {
  const one = async (rig: Rig): Promise<Thing> => (typeof object === 'function' ? object(rig) : thing(rig, object));
  let owners: NonNullable<KubeObject['metadata']['ownerReferences']> = [];
  return {
    verb: 'get',
    provoke: async (rig) => {
      const current = await one(rig);
      owners = (await current.get())?.metadata.ownerReferences ?? [];
      const config = await rig.admin.get(CONFIG_MAPS, rig.namespace, `${rig.name}-colours`);
      const { apiVersion, kind } = CONFIG_MAPS;
      const uid = config?.metadata.uid ?? '';
      await current.give([{ apiVersion, kind, name: `${rig.name}-colours`, uid, controller: true }]);
    },
    done: async (rig) => {
      await (await one(rig)).give(owners);
      return true;
    },
  };
}

export async function setImage(rig: Rig, type: ResourceType, image: string): Promise<void> {
  const object = await change(rig.admin, type, rig, (current) => {
    const spec = current['spec'] as { template: { spec: { containers: object[] } } };
    const containers = spec.template.spec.containers.map((container) => ({ ...container, image }));
    return { spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } } };
  });
  rig.deps.cache.remember(type, object);
}

export async function imageOf(rig: Rig, type: ResourceType, name: string): Promise<string | undefined> {
  const object = await rig.admin.get(type, rig.namespace, name);
  const spec = object?.['spec'] as { template: { spec: { containers: { image: string }[] } } } | undefined;
  return spec?.template.spec.containers[0]?.image;
}

/** Everything that the target holds becomes the primary's. */
export async function promote(rig: Rig, type: ResourceType): Promise<void> {
  const { revision } = await rig.deps.workloads.find((workload) => workload.type === type)!.look(await canaryOf(rig));
  await rig.apply([{ do: 'promote', revision }]);
}

export async function canaryOf(rig: Rig) {
  const { readCanary } = await import('../../../src/canary/read.js');
  const view = await readCanary(rig.deps, { cluster: 'matrix', namespace: rig.namespace, name: rig.name });
  return view?.canary ?? assert.fail('the Canary is not valid');
}

/** A whole promotion, with every right. */
export async function promoted(rig: Rig, image: string): Promise<void> {
  await setImage(rig, DEPLOYMENTS, image);
  await rig.takeOver();
  await promote(rig, DEPLOYMENTS);
  await rig.apply([{ do: 'settle' }]);
}

export async function editCanary(
  rig: Rig,
  edit: (spec: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const object = await change(rig.admin, CANARIES, rig, (current) => ({
    spec: edit(current['spec'] as Record<string, unknown>),
  }));
  rig.deps.cache.remember(CANARIES, object);
}

export const present =
  (type: ResourceType, suffix: string) =>
  async (rig: Rig): Promise<boolean> =>
    (await rig.admin.get(type, rig.namespace, `${rig.name}${suffix}`)) !== undefined;
export const absent =
  (type: ResourceType, suffix: string) =>
  async (rig: Rig): Promise<boolean> =>
    !(await present(type, suffix)(rig));

/** The autoscaler that the Canary names no more. */
export const withoutAutoscaler = (rig: Rig): Promise<void> =>
  editCanary(rig, ({ autoscalerRef: _gone, ...spec }) => spec);

export function configs(type: ResourceType, object: ObjectName, source: string, data: object): Needs {
  return {
    resource: type.plural,
    phase: 'at rest',
    each: [
      ...LOOK,
      ...mended(object),
      {
        verb: 'get',
        // Its version is another one, so its content has to be read again.
        provoke: async (rig) => {
          const body = { metadata: { annotations: { touched: 'yes' } } };
          await rig.admin.patch(type, 'merge', rig.namespace, `${rig.name}-${source}`, body);
          await rig.deps.cache.getFresh(type, rig.namespace, `${rig.name}-${source}`);
        },
        done: () => Promise.resolve(true),
      },
      {
        verb: 'delete',
        provoke: async (rig) => {
          const changed = await rig.admin.patch(type, 'merge', rig.namespace, `${rig.name}-${source}`, { data });
          rig.deps.cache.remember(type, changed);
          await promoted(rig, 'lab/http-echo:2');
          await setImage(rig, DEPLOYMENTS, 'lab/http-echo:3');
          await rig.takeOver();
        },
        act: (rig) => promote(rig, DEPLOYMENTS),
        done: async (rig) => {
          const { items } = await rig.admin.list(type, { namespace: rig.namespace });
          return !items.some(
            ({ metadata }) => metadata.name.endsWith('-previous') && metadata.name.startsWith(`${rig.name}-${source}`),
          );
        },
      },
    ],
  };
}

export async function isLease({ admin, namespace, name }: Rig): Promise<boolean> {
  return (await admin.get(LEASES, namespace, leaseName(name))) !== undefined;
}
