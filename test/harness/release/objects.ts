import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import type { KubeObject } from '../../../src/kube/object.js';

/** What a service team has in its namespace: a small application that is ready within a moment. */
export interface AppOptions {
  readonly namespace: string;
  readonly host: string;
  readonly image: string;
  readonly replicas?: number;
}

export const APP = 'shop';

export function appDeployment({ namespace, image, replicas = 1 }: AppOptions): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: APP, namespace, labels: { app: APP } },
    spec: {
      replicas,
      progressDeadlineSeconds: 30,
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      selector: { matchLabels: { app: APP } },
      template: {
        metadata: { labels: { app: APP } },
        spec: {
          containers: [
            {
              name: 'web',
              image,
              ports: [{ name: 'http', containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

/** As users have it before there is a Canary. */
export function appService({ namespace }: Pick<AppOptions, 'namespace'>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: APP, namespace },
    spec: { selector: { app: APP }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  };
}

export function appRoute({ namespace, host }: AppOptions): KubeObject {
  return {
    apiVersion: APISIX_ROUTES.apiVersion,
    kind: APISIX_ROUTES.kind,
    metadata: { name: APP, namespace },
    spec: {
      http: [
        {
          name: 'web',
          match: { hosts: [host], methods: ['GET'], paths: ['/*'] },
          backends: [{ serviceName: APP, servicePort: 80 }],
          plugins: [{ name: 'prometheus', enable: true, config: { prefer_name: true } }],
        },
      ],
    },
  };
}

/** A Canary that moves fast: two-second intervals, steps of 25 up to 50. */
export function appCanary(
  { namespace }: AppOptions,
  spec: Record<string, unknown> = {},
  analysis: Record<string, unknown> = {},
): KubeObject {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name: APP, namespace },
    spec: {
      provider: 'apisix',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: APP },
      routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name: APP },
      progressDeadlineSeconds: 30,
      service: { port: 80, targetPort: 8080 },
      analysis: {
        interval: '2s',
        threshold: 3,
        maxWeight: 50,
        stepWeight: 25,
        metrics: [{ name: 'request-success-rate', thresholdRange: { min: 99 }, interval: '1m' }],
        ...analysis,
      },
      ...spec,
    },
  };
}
