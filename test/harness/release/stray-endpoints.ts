import { ENDPOINT_SLICES, PODS } from '../../../src/kube/object.js';
import { SERVICE_NAME } from '../../../src/kube/endpoint-slices.js';
import { APP } from './objects.js';
import type { ReleaseScene } from './scene.js';

const NAME = `${APP}-primary-by-hand`;

/**
 * Somebody's EndpointSlice puts the canary's pods behind the primary's Service, too, so that they get far more requests
 * than the weight says. No tool that looks at routes sees that.
 *
 * @returns what takes it away again
 */
export async function withStray(world: ReleaseScene): Promise<() => Promise<void>> {
  const { kube, namespace } = world;
  const { items } = await kube.list(PODS, { namespace, labelSelector: `app=${APP}` });
  const addresses = items.flatMap((pod) => (pod['status'] as { podIP?: string } | undefined)?.podIP ?? []);
  await kube.create(ENDPOINT_SLICES, {
    apiVersion: ENDPOINT_SLICES.apiVersion,
    kind: ENDPOINT_SLICES.kind,
    metadata: { name: NAME, namespace, labels: { [SERVICE_NAME]: `${APP}-primary` } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  });
  return () => kube.delete(ENDPOINT_SLICES, namespace, NAME).then(() => undefined);
}
