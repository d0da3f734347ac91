import { manifest, type ManifestName } from '../../lab/manifests.js';
import type { KubeObject } from '../../src/kube/object.js';

/** A manifest, and what a team does with it. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly manifests: readonly ManifestName[];
  /** Changes the walkthrough's Canary for this scenario. */
  readonly spec: (spec: CanarySpec) => CanarySpec;
  /** The tag of podinfo that is released. */
  readonly tag: string;
  /** Where the release ends. */
  readonly ends: 'Succeeded' | 'Failed';
}

type CanarySpec = Readonly<Record<string, unknown>> & { readonly analysis: Readonly<Record<string, unknown>> };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'walkthrough',
    about: 'the reference release: steps of 10 up to 50, judged by the gateway’s metrics, under load',
    manifests: ['podinfo', 'route', 'load-tester', 'canary'],
    spec: (spec) => spec,
    tag: '6.0.1',
    ends: 'Succeeded',
  },
  {
    name: 'rollback',
    about: 'the same with a version that answers 500, and a threshold of 2',
    manifests: ['podinfo', 'route', 'load-tester', 'canary'],
    spec: (spec) => ({ ...spec, analysis: { ...spec.analysis, threshold: 2 } }),
    tag: '6.0.2-errors',
    ends: 'Failed',
  },
  {
    name: 'blue-green',
    about: 'provider kubernetes: two iterations, no mesh, no metrics',
    manifests: ['podinfo', 'canary'],
    spec: ({ routeRef: _route, ...spec }) => ({
      ...spec,
      provider: 'kubernetes',
      analysis: { interval: '10s', threshold: 2, iterations: 2 },
    }),
    tag: '6.0.1',
    ends: 'Succeeded',
  },
];

/** The scenario's objects in a namespace and under a host of their own. */
export function objectsOf(scenario: Scenario, namespace: string, host: string): readonly KubeObject[] {
  const text = JSON.stringify(scenario.manifests.flatMap(manifest))
    .replaceAll('app.example.com', host)
    .replaceAll('flagger-loadtester.test', `flagger-loadtester.${namespace}`);
  return (JSON.parse(text) as KubeObject[]).map((object) => ({
    ...object,
    metadata: { ...object.metadata, namespace },
    ...(object.kind === 'Canary' ? { spec: scenario.spec(object['spec'] as CanarySpec) } : {}),
  }));
}
