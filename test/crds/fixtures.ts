import type { ParseOptions } from '../../src/crds/canary.js';
import { SUPPORT, type Feature, type Support } from '../../src/crds/support.js';

export const OPTIONS: ParseOptions = {
  defaultProvider: 'apisix',
  defaultMetricsServer: 'http://prometheus.apisix:9090',
};

/** The Canary of the reference release, as its user applies it. */
export function walkthroughCanary() {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name: 'podinfo', namespace: 'test', uid: '5f1c', generation: 4 },
    spec: {
      provider: 'apisix',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
      routeRef: { apiVersion: 'apisix.apache.org/v2', kind: 'ApisixRoute', name: 'podinfo' },
      progressDeadlineSeconds: 60,
      service: { port: 80, targetPort: 9898 },
      analysis: {
        interval: '10s',
        threshold: 10,
        maxWeight: 50,
        stepWeight: 10,
        metrics: [
          { name: 'request-success-rate', thresholdRange: { min: 99 }, interval: '1m' },
          { name: 'request-duration', thresholdRange: { max: 500 }, interval: '30s' },
        ],
        webhooks: [
          {
            name: 'load-test',
            type: 'rollout',
            url: 'http://flagger-loadtester.test/',
            timeout: '5s',
            metadata: { cmd: 'hey -z 1m -q 10 -c 2 -h2 -host app.example.com http://apisix-gateway.apisix/api/info' },
          },
        ],
      },
    },
  };
}

/** A copy of the walkthrough's Canary with fields set by path; undefined removes one. */
export function canaryWith(edits: Readonly<Record<string, unknown>>): object {
  const canary: object = walkthroughCanary();
  for (const [path, value] of Object.entries(edits)) setAt(canary, path, value);
  return canary;
}

export function setAt(object: object, path: string, value: unknown): void {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop() ?? '';
  const parent = steps.reduce<object>((at, step) => {
    const next: unknown = Reflect.get(at, step);
    if (typeof next === 'object' && next !== null) return next;
    const made = {};
    Reflect.set(at, step, made);
    return made;
  }, object);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, value);
}

/** This version's table with some features turned on. */
/** As if everything were built. */
export function everything(): Support {
  const all = <K extends string>(table: Readonly<Record<K, boolean>>): Record<K, boolean> =>
    Object.fromEntries(Object.keys(table).map((key) => [key, true])) as Record<K, boolean>;
  return {
    providers: all(SUPPORT.providers),
    targets: all(SUPPORT.targets),
    autoscalers: all(SUPPORT.autoscalers),
    features: all(SUPPORT.features),
  };
}

export function supporting(...features: readonly Feature[]): Support {
  return {
    ...SUPPORT,
    features: { ...SUPPORT.features, ...Object.fromEntries(features.map((feature) => [feature, true])) },
  };
}
