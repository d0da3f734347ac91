import type { KubeObject, ResourceType } from '../../../src/kube/object.js';
import { CANARIES, CONTROLLER_REVISIONS, DEPLOYMENTS, EVENTS, LEASES, SERVICES } from '../../../src/kube/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import { serinus, type Ended } from '../cli-process.js';
import { until } from '../until.js';
import { APP } from './objects.js';
import type { ReleaseScene } from './scene.js';

export const PRIMARY = `${APP}-primary`;
/** Flagger looks every ten seconds at the soonest, so its releases take a minute or two. */
export const FLAGGERS_TIME_MS = 240_000;
const image = (version: number | string) => `lab/http-echo:${version}`;

/** `serinus adopt` in the world's namespace, as a person runs it. */
export function adopt(world: ReleaseScene, ...args: string[]): Promise<Ended> {
  return serinus(['adopt', '-n', world.namespace, ...args], world.lab.environment());
}

async function listed(world: ReleaseScene, type: ResourceType): Promise<readonly KubeObject[]> {
  const { items } = await world.kube.list(type, { namespace: world.namespace });
  // Items of a list come without their kind.
  return items.map((item) => ({ ...item, kind: type.kind }));
}

/** What is wanted of everything in the namespace but the Canary, with who made it: what a controller may change. */
export async function objects(world: ReleaseScene): Promise<Record<string, unknown>> {
  const all = await Promise.all([DEPLOYMENTS, SERVICES, APISIX_ROUTES].map((type) => listed(world, type)));
  return Object.fromEntries(
    all.flat().map(({ kind, metadata, ...rest }) => {
      const { resourceVersion: _version, managedFields: _managed, ...kept } = metadata;
      return [`${kind}/${metadata.name}`, { ...kept, spec: rest['spec'] }];
    }),
  );
}

/** Everything in the namespace that bears a mark of Serinus. */
export async function marks(world: ReleaseScene): Promise<string[]> {
  const types = [CANARIES, DEPLOYMENTS, SERVICES, APISIX_ROUTES, LEASES, CONTROLLER_REVISIONS];
  const all = (await Promise.all(types.map((type) => listed(world, type)))).flat();
  const marked = all.filter(({ metadata }) => {
    const { managedFields: _managed, ...own } = metadata;
    return JSON.stringify(own).includes('serinus');
  });
  return marked.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

export async function release(world: ReleaseScene, version: number, timeoutMs: number): Promise<void> {
  await world.setImage(image(version));
  await until(
    async () => (await world.image(PRIMARY)) === image(version) && (await world.canary()).phase === 'Succeeded',
    `version ${version} is released`,
    timeoutMs,
  );
}

export async function releasesBegun(world: ReleaseScene): Promise<number> {
  const events = await listed(world, EVENTS);
  return events
    .filter((event) => String(event['message']).startsWith('New revision detected'))
    .reduce((sum, event) => sum + Number(event['count'] ?? 1), 0);
}

/** No run has the Canary. */
export async function isFree(world: ReleaseScene): Promise<boolean> {
  const { holderIdentity = '' } = ((await world.lease())?.['spec'] ?? {}) as { holderIdentity?: string };
  return holderIdentity === '';
}
