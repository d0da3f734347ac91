import { z } from 'zod';
import { manifest, type ManifestName } from '../../lab/manifests.js';

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
    analysis: z.looseObject({
      interval: z.string(),
      threshold: z.number(),
      maxWeight: z.number(),
      webhooks: z.array(z.looseObject({ url: z.string() })),
    }),
  }),
});

export interface Adaptation {
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
  const { namespace, loadTester } = adaptation;
  const names: readonly ManifestName[] = ['namespace', 'podinfo', 'route', ...(loadTester ? LOAD_TESTER : [])];
  const [canary] = manifest('canary');
  const { spec } = canarySchema.parse(canary);
  const { threshold, maxWeight } = spec.analysis;
  const objects = [...names.flatMap(manifest), { ...placed(canary), spec: adapted(spec, adaptation) }];
  return { objects: objects.map((object) => into(object, namespace)), threshold, maxWeight };
}

const LOAD_TESTER = ['load-tester'] as const;

function adapted(
  spec: z.infer<typeof canarySchema>['spec'],
  { namespace, intervalSeconds, loadTester }: Adaptation,
): z.infer<typeof canarySchema>['spec'] {
  const { analysis } = spec;
  const webhooks = analysis.webhooks.map((hook) => ({ ...hook, url: hook.url.replace('.test/', `.${namespace}/`) }));
  return {
    ...spec,
    analysis: { ...analysis, interval: `${intervalSeconds}s`, webhooks: loadTester ? webhooks : [] },
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
