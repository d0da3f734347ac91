import { FINALIZER } from '../../../src/canary/generated.js';
import type { ApiClient } from '../../../src/kube/client.js';
import {
  CANARIES,
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
} from '../../../src/kube/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import { appCanary, appDeployment, appRoute } from '../../harness/release/objects.js';
import { configMap } from '../../harness/kubernetes/cluster.js';

/** What of it is another. */
export interface AppParts {
  /** A DaemonSet has no autoscaler. */
  readonly kind?: 'DaemonSet';
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly analysis?: Readonly<Record<string, unknown>>;
}

/** A Canary with everything that there may be of it: configs of both kinds, an autoscaler, a route. */
export async function createObjects(
  client: ApiClient,
  namespace: string,
  name: string,
  { kind, spec: more, analysis }: AppParts = {},
): Promise<void> {
  const app = { namespace, host: `${name}.${namespace}.example.com`, image: 'lab/http-echo:1' };
  const deployment = appDeployment(app);
  const spec = deployment['spec'] as { template: { spec: { containers: object[] } } };
  const envFrom = [{ configMapRef: { name: `${name}-colours` } }, { secretRef: { name: `${name}-token` } }];
  const containers = spec.template.spec.containers.map((container) => ({ ...container, envFrom }));
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { ...spec.template.spec, containers } };
  const metadata = { name, namespace, labels };
  const reference = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', name };
  const canary = appCanary(
    app,
    {
      revertOnDeletion: true,
      ...(kind === undefined ? { autoscalerRef: reference } : {}),
      targetRef: { apiVersion: 'apps/v1', kind: kind ?? 'Deployment', name },
      routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name },
      service: { name: `${name}-app`, port: 80, targetPort: 8080 },
      ...more,
    },
    { metrics: [], ...analysis },
  );
  const route = appRoute(app);
  const [rule] = (route['spec'] as { http: [Record<string, unknown>] }).http;
  await Promise.all([
    client.create(CONFIG_MAPS, configMap(namespace, `${name}-colours`, { COLOUR: 'red' })),
    client.create(SECRETS, {
      ...configMap(namespace, `${name}-token`, {}),
      kind: 'Secret',
      stringData: { TOKEN: 'a' },
    }),
    kind === undefined
      ? client.create(DEPLOYMENTS, {
          ...deployment,
          metadata,
          spec: { ...spec, selector: { matchLabels: labels }, template },
        })
      : client.create(DAEMON_SETS, {
          apiVersion: 'apps/v1',
          kind,
          metadata,
          spec: { selector: { matchLabels: labels }, template },
        }),
    client.create(POD_DISRUPTION_BUDGETS, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace },
      spec: { minAvailable: 1, selector: { matchLabels: { app: name } } },
    }),
    client.create(HORIZONTAL_POD_AUTOSCALERS, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name, namespace },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 90 } } },
        ],
      },
    }),
    client.create(APISIX_ROUTES, {
      ...route,
      metadata: { name, namespace },
      spec: { http: [{ ...rule, backends: [{ serviceName: `${name}-app`, servicePort: 80 }] }] },
    }),
  ]);
  const object = { ...canary, metadata: { name, namespace, finalizers: [FINALIZER] } };
  await client.create(CANARIES, object);
}
