import { CANARIES, type ResourceType } from '../../src/kube/object.js';
import { type KubeClient } from '../../src/kube/client.js';
import { KubeError } from '../../src/kube/kube-error.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { once } from '../../lab/traffic.js';
import type { DemoCluster } from '../cli/arguments.js';
import { DemoError, messageOf } from '../errors.js';
import { APP } from '../setup/objects.js';

const ANSWER_MS = 5_000;

/**
 * Looks whether an existing cluster has what the demo needs, before anything is changed in it.
 *
 * @throws DemoError with what to do about it
 */
export async function checkCluster(client: KubeClient, cluster: DemoCluster, namespace: string): Promise<void> {
  if (!(await serves(client, APISIX_ROUTES))) {
    throw new DemoError(
      `the cluster knows no ${APISIX_ROUTES.kind} (${APISIX_ROUTES.apiVersion}): install Apache APISIX with its ingress controller`,
    );
  }
  if ((await serves(client, CANARIES)) && (await client.get(CANARIES, namespace, APP.name))) {
    throw new DemoError(
      `the namespace "${namespace}" has a Canary "${APP.name}" already: delete it, or choose another --namespace`,
    );
  }
  await Promise.all([checkPrometheus(cluster.metricsServer), checkGateway(cluster.gatewayUrl)]);
}

/** Whether the API server knows this kind of object. */
export async function serves(client: KubeClient, type: ResourceType): Promise<boolean> {
  try {
    const { resources } = await client.request<{ resources: { name: string }[] }>('GET', `/apis/${type.apiVersion}`);
    return resources.some(({ name }) => name === type.plural);
  } catch (error) {
    if (error instanceof KubeError && error.notFound) return false;
    throw error;
  }
}

async function checkPrometheus(url: string): Promise<void> {
  const problem = await fetch(`${url}/api/v1/query?query=1`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
    (answer) => (answer.ok ? undefined : `status ${answer.status}`),
    messageOf,
  );
  if (problem !== undefined) throw new DemoError(`--metrics-server: ${place(url)} answers no queries: ${problem}`);
}

/** Any answer will do: there is no route yet. */
async function checkGateway(url: string): Promise<void> {
  await once(undefined, url, APP.host).catch((error: unknown) => {
    throw new DemoError(`--gateway-url: ${place(url)} doesn't answer: ${messageOf(error)}`);
  });
}

/** A URL without what may be secret in it. */
function place(url: string): string {
  return new URL(url).origin;
}
