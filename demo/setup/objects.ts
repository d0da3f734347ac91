import { z } from 'zod';
import { manifest } from '../../lab/manifests.js';
import { trafficPlan, type DemoProvider, type TrafficPlan } from './traffic.js';

/** The application of the walkthrough. */
export const APP = {
  name: 'podinfo',
  container: 'podinfod',
  image: 'stefanprodan/podinfo',
  host: 'app.example.com',
  /** Tells the version that answers. */
  path: '/api/info',
} as const;

type Objects = ReturnType<typeof manifest>;

const canarySchema = z.looseObject({
  spec: z.looseObject({
    service: z.looseObject({}),
    analysis: z.looseObject({
      interval: z.string(),
      threshold: z.number(),
      maxWeight: z.number(),
      webhooks: z.array(z.looseObject({ url: z.string(), metadata: z.looseObject({ cmd: z.string() }) })),
    }),
  }),
});

export interface Adaptation {
  readonly provider: DemoProvider;
  readonly namespace: string;
  /** Replaces the walkthrough's. */
  readonly intervalSeconds: number;
  /** Whether Serinus can reach the load tester in the cluster; from outside it can't. */
  readonly loadTester: boolean;
}

/** What the demo has to know of the analysis that it applies. */
export interface DemoObjects {
  readonly objects: Objects;
  readonly threshold: number;
  readonly maxWeight: number;
}

/** The walkthrough's objects in the order in which they are applied, as they are used here. */
export function demoObjects(adaptation: Adaptation): DemoObjects {
  const { namespace, loadTester, provider } = adaptation;
  const plan = trafficPlan(provider);
  const [canary] = manifest('canary');
  const { spec } = canarySchema.parse(canary);
  const { threshold, maxWeight } = spec.analysis;
  const objects = [
    ...manifest('namespace'),
    ...manifest('podinfo'),
    ...plan.objects(APP.name, APP.host),
    ...(loadTester ? manifest('load-tester') : []),
    { ...placed(canary), spec: adapted(spec, plan, adaptation) },
  ];
  return { objects: objects.map((object) => into(object, namespace)), threshold, maxWeight };
}

function adapted(
  spec: z.infer<typeof canarySchema>['spec'],
  plan: TrafficPlan,
  { namespace, intervalSeconds, loadTester }: Adaptation,
): z.infer<typeof canarySchema>['spec'] {
  const { analysis, service } = spec;
  const webhooks = analysis.webhooks.map((hook) => ({
    ...hook,
    url: hook.url.replace('.test/', `.${namespace}/`),
    metadata: { ...hook.metadata, cmd: hook.metadata.cmd.replace('http://apisix-gateway.apisix', plan.inCluster) },
  }));
  return {
    ...spec,
    ...plan.spec(APP.host),
    service: { ...service, ...plan.service?.(APP.host) },
    analysis: {
      ...analysis,
      interval: `${intervalSeconds}s`,
      webhooks: loadTester ? webhooks : [],
      ...(plan.metrics ? { metrics: plan.metrics } : {}),
    },
  };
}

function placed(object: Objects[number] | undefined): Objects[number] {
  if (!object) throw new Error('the manifest holds no object');
  return object;
}

function into(object: Objects[number], namespace: string): Objects[number] {
  const { metadata } = object;
  if (object.kind === 'Namespace') return { ...object, metadata: { ...metadata, name: namespace } };
  return { ...object, metadata: { ...metadata, namespace } };
}
