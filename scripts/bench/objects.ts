import { manifest, type ManifestName } from '../../lab/manifests.js';

/** The application of the walkthrough. */
export const APP = {
  name: 'podinfo',
  container: 'podinfod',
  image: 'stefanprodan/podinfo',
  path: '/api/info',
} as const;

const NAMESPACE = 'test';
const HOST = 'app.example.com';

/** Where the walkthrough takes place, and the two figures in which its copies differ. */
export interface Scene {
  readonly namespace: string;
  readonly host: string;
  readonly threshold: number;
  readonly intervalSeconds: number;
}

export const WALKTHROUGH = { namespace: NAMESPACE, host: HOST, threshold: 10 } as const;

type Objects = ReturnType<typeof manifest>;

/** The walkthrough's objects for a scene: its own, but for names and these figures. */
export function objectsOf(names: readonly ManifestName[], scene: Scene): Objects {
  return names.flatMap(manifest).map((object) => placed(object, scene));
}

function placed(object: Objects[number], scene: Scene): Objects[number] {
  const text = JSON.stringify(object)
    .replaceAll(HOST, scene.host)
    .replaceAll(`flagger-loadtester.${NAMESPACE}/`, `flagger-loadtester.${scene.namespace}/`);
  const copy = JSON.parse(text) as Objects[number];
  if (copy.kind === 'Namespace') return { ...copy, metadata: { ...copy.metadata, name: scene.namespace } };
  const moved = { ...copy, metadata: { ...copy.metadata, namespace: scene.namespace } };
  return copy.kind === 'Canary' ? tuned(moved, scene) : moved;
}

function tuned(canary: Objects[number], { threshold, intervalSeconds }: Scene): Objects[number] {
  const spec = canary['spec'] as { readonly analysis: object };
  return { ...canary, spec: { ...spec, analysis: { ...spec.analysis, threshold, interval: `${intervalSeconds}s` } } };
}

/** Where one of many Canaries is. */
export function namespaceOf(index: number): string {
  return `crowd-${index + 1}`;
}

/** One of many: the walkthrough's application and release, moved by nothing but time. */
export function crowdOf(namespace: string, intervalSeconds: number): Objects {
  const scene = { ...WALKTHROUGH, namespace, host: `${namespace}.example.com`, intervalSeconds };
  return objectsOf(['namespace', 'podinfo', 'route', 'canary'], scene)
    .filter(({ kind }) => kind !== 'HorizontalPodAutoscaler')
    .map((object) => (object.kind === 'Canary' ? unasked(object) : object));
}

function unasked(canary: Objects[number]): Objects[number] {
  const { autoscalerRef: _none, analysis, ...spec } = canary['spec'] as Record<string, unknown>;
  return { ...canary, spec: { ...spec, analysis: { ...(analysis as object), metrics: [], webhooks: [] } } };
}
