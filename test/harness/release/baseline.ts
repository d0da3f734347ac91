import { DEPLOYMENTS, SERVICES, type KubeObject } from '../../../src/kube/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import { judgedCanary } from './judged.js';
import { APP, type AppOptions } from './objects.js';
import type { ReleaseScene } from './scene.js';

/** Name of the Deployment and of the Service. */
export const BASELINE = `${APP}-baseline`;

/**
 * A Canary whose releases are compared with a fresh baseline.
 *
 * @param more lines of the annotation
 */
export function comparedCanary(app: AppOptions, spec: Record<string, unknown> = {}, more = ''): KubeObject {
  const text = `preset: quick\nbaseline: fresh\nerrors: { floor: 5% }\nsettle: 1s\nsplit: { tolerance: 60% }\n${more}`;
  const canary = judgedCanary(app, text, { stepWeight: 20, maxWeight: 40 });
  return { ...canary, spec: { ...(canary['spec'] as object), ...spec } };
}

/** How the generated route divides the requests, by Service. */
export async function backends(world: ReleaseScene, name = APP): Promise<Readonly<Record<string, number>>> {
  const route = await world.kube.get(APISIX_ROUTES, world.namespace, `${name}-${name}-canary`);
  const spec = route?.['spec'] as { http: { backends: { serviceName: string; weight: number }[] }[] } | undefined;
  return Object.fromEntries((spec?.http[0]?.backends ?? []).map(({ serviceName, weight }) => [serviceName, weight]));
}

/** What there is of a baseline. */
export async function leftOf(world: ReleaseScene, name = APP): Promise<string> {
  const lists = await Promise.all(
    [DEPLOYMENTS, SERVICES].map((type) => world.kube.list(type, { namespace: world.namespace })),
  );
  const names = lists.flatMap(({ items }, i) =>
    items.map(({ metadata }) => `${[DEPLOYMENTS, SERVICES][i]?.kind} ${metadata.name}`),
  );
  const routed = Object.keys(await backends(world, name));
  return [...names, ...routed].filter((one) => one.includes(`${name}-baseline`)).join(', ');
}
