import { isDeepStrictEqual } from 'node:util';
import type { ApiClient } from '../../../src/kube/client.js';
import { leaseName } from '../../../src/kubernetes/lease-object.js';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  LEASES,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
  SERVICES,
  type KubeObject,
  type OwnerReference,
  type ResourceType,
} from '../../../src/kube/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import { change } from '../../harness/kubernetes/change.js';
import type { Rig } from './rig.js';
import type { ObjectName } from './table.js';

/** One object of a rig, as somebody with kubectl meets it. */
export class Thing {
  constructor(
    private readonly rig: Rig,
    readonly type: ResourceType,
    readonly name: string,
    private readonly edit: (object: KubeObject) => Partial<KubeObject>,
  ) {}

  get isConfig(): boolean {
    return this.type === CONFIG_MAPS || this.type === SECRETS;
  }

  private get client(): ApiClient {
    return this.rig.admin;
  }

  async get(): Promise<KubeObject | undefined> {
    return this.client.get(this.type, this.rig.namespace, this.name);
  }

  async delete(): Promise<void> {
    await this.client.delete(this.type, this.rig.namespace, this.name);
    await this.refresh();
  }

  async change(): Promise<KubeObject> {
    const { namespace } = this.rig;
    const changed = await change(this.client, this.type, { namespace, name: this.name }, this.edit);
    await this.refresh();
    return changed;
  }

  async give(owners: readonly OwnerReference[]): Promise<void> {
    const body = { metadata: { ownerReferences: owners } };
    await this.client.patch(this.type, 'merge', this.rig.namespace, this.name, body);
    await this.refresh();
  }

  /** What the informer would have reported by now. */
  private async refresh(): Promise<void> {
    const { cache } = this.rig.deps;
    const object = await this.get();
    const stale = object ?? (await cache.synced(this.type)).get(this.rig.namespace, this.name);
    if (object) cache.remember(this.type, object);
    else if (stale) cache.watch(this.type).store.delete(stale);
  }
}

/** What an object holds, without what Kubernetes hands out anew. */
function contentOf(object: KubeObject | undefined): unknown {
  if (!object) return undefined;
  const spec = object['spec'] as Record<string, unknown> | undefined;
  // A rollback may order more pods than there were.
  const { clusterIP: _ip, clusterIPs: _ips, replicas: _pods, ...rest } = spec ?? {};
  const template = rest['template'] as { metadata?: { annotations?: unknown } } | undefined;
  const { annotations: _id, ...metadata } = template?.metadata ?? {};
  return {
    ...rest,
    ...(template ? { template: { ...template, metadata } } : {}),
    data: object['data'],
  };
}

export function isLike(object: KubeObject | undefined, before: KubeObject | undefined): boolean {
  return isDeepStrictEqual(contentOf(object), contentOf(before));
}

export async function thing(rig: Rig, object: ObjectName): Promise<Thing> {
  const { name } = rig;
  const service = (suffix: string): Thing =>
    new Thing(rig, SERVICES, `${name}-app${suffix}`, (current) => spec(current, { selector: { app: 'nobody' } }));
  switch (object) {
    case 'primary workload':
      return new Thing(rig, DEPLOYMENTS, `${name}-primary`, (current) => withImage(current, 'lab/http-echo:9'));
    case 'primary Service':
      return service('-primary');
    case 'canary Service':
      return service('-canary');
    case 'apex Service':
      return service('');
    case 'route':
      return new Thing(rig, APISIX_ROUTES, `${name}-${name}-app-canary`, (current) => withPath(current, '/nowhere'));
    case 'copy of the autoscaler':
      return new Thing(rig, HORIZONTAL_POD_AUTOSCALERS, `${name}-primary`, (current) =>
        spec(current, { maxReplicas: 7 }),
      );
    case 'copy of the PodDisruptionBudget':
      return new Thing(rig, POD_DISRUPTION_BUDGETS, `${name}-primary`, (current) => spec(current, { minAvailable: 7 }));
    case 'copy of a ConfigMap':
      return new Thing(rig, CONFIG_MAPS, await copyOf(rig, 'configMapRef'), () => ({ data: { COLOUR: 'blue' } }));
    case 'copy of a Secret':
      return new Thing(rig, SECRETS, await copyOf(rig, 'secretRef'), () => ({ data: { TOKEN: 'Yg==' } }));
    case 'Lease':
      return new Thing(rig, LEASES, leaseName(name), (current) =>
        spec(current, { leaseTransitions: rig.state.epoch + 5 }),
      );
  }
}

function spec(object: KubeObject, change: object): Partial<KubeObject> {
  return { spec: { ...(object['spec'] as object), ...change } };
}

interface Pods {
  readonly template: { readonly spec: { readonly containers: readonly Container[] } };
}

interface Container {
  readonly image: string;
  readonly envFrom?: readonly { readonly configMapRef?: { name: string }; readonly secretRef?: { name: string } }[];
}

function withImage(object: KubeObject, image: string): Partial<KubeObject> {
  const { template } = object['spec'] as Pods;
  const containers = template.spec.containers.map((container) => ({ ...container, image }));
  return spec(object, { template: { ...template, spec: { ...template.spec, containers } } });
}

function withPath(object: KubeObject, path: string): Partial<KubeObject> {
  const { http } = object['spec'] as { http: { match: object }[] };
  return spec(object, { http: http.map((rule) => ({ ...rule, match: { ...rule.match, paths: [path] } })) });
}

/** The name is whatever the primary's pods read. */
async function copyOf({ admin, namespace, name }: Rig, of: 'configMapRef' | 'secretRef'): Promise<string> {
  const primary = await admin.get(DEPLOYMENTS, namespace, `${name}-primary`);
  const [container] = (primary?.['spec'] as Pods | undefined)?.template.spec.containers ?? [];
  const found = container?.envFrom?.find((from) => from[of])?.[of]?.name;
  if (found === undefined) throw new Error(`the primary of ${name} reads no ${of}`);
  return found;
}
