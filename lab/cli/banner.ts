import { PLANES } from '../planes/planes.js';
import type { LabState } from '../types.js';

const FIRST_RELEASE = [
  '  kubectl apply -f lab/manifests/namespace.yaml -f lab/manifests/podinfo.yaml \\',
  '    -f lab/manifests/route.yaml -f lab/manifests/load-tester.yaml -f lab/manifests/canary.yaml',
  '  kubectl -n test wait canary/podinfo --for=condition=promoted --timeout=5m',
  '  kubectl -n test set image deployment/podinfo podinfod=stefanprodan/podinfo:6.0.1',
];

/** The data plane that runs for real. */
function planeTitle(state: LabState): string {
  const running = Object.values(PLANES).find((plane) =>
    state.servers.some(({ name }) => plane.servers.some((one) => one === name)),
  );
  return running?.title ?? 'a real one';
}

/** Links to the lab for Serinus' page. */
export function linkArguments({ temporal }: LabState): readonly string[] {
  return temporal?.uiUrl ? [`--temporal-ui-url=${temporal.uiUrl}`] : [];
}

/**
 * What a person needs to know once the lab is up. All lines of it that are commands work when they are pasted.
 *
 * @param serinus where its API and page answer; undefined where it doesn't run
 */
export function banner(state: LabState, seconds: number, serinus?: { readonly url: string }): string {
  const hasCluster = state.servers.some(({ name }) => name === 'apiserver');
  const rows: [string, string | null | undefined][] = [
    ['Serinus', serinus && `${serinus.url} (web page and API)`],
    ['Temporal Web UI', state.temporal?.uiUrl],
    ['Temporal', state.temporal && `${state.temporal.address} (namespace ${state.temporal.namespace})`],
    ['Kubernetes API', state.servers.find(({ name }) => name === 'apiserver')?.url],
    ['Gateway', state.gatewayUrl && `${state.gatewayUrl} (stands in for Apache APISIX)`],
    ['Gateway metrics', state.gatewayMetricsUrl],
    ['Data plane', state.planeUrl && `${state.planeUrl} (${planeTitle(state)})`],
    ['Prometheus API', state.prometheusUrl],
    ['HTTP proxy', state.proxyUrl && `${state.proxyUrl} (in-cluster names for programs on this machine)`],
    ['Logs', state.logs],
  ];
  return [
    `The lab is up (${seconds.toFixed(1)} s).`,
    '',
    ...rows.flatMap(([name, value]) => (value ? [`  ${name.padEnd(16)} ${value}`] : [])),
    '',
    'In another terminal:',
    '',
    ...(hasCluster ? [`  export KUBECONFIG=${state.kubeconfig}`] : []),
    ...(state.temporal ? [`  export TEMPORAL_ADDRESS=${state.temporal.address}`] : []),
    ...(serinus ? [`  export SERINUS_SERVER=${serinus.url}`] : []),
    ...(hasCluster ? FIRST_RELEASE : []),
    ...(state.gatewayUrl ? [`  curl -H 'Host: app.example.com' ${state.gatewayUrl}/api/info`] : []),
    ...(hasCluster && serinus ? ['  npm run serinus -- watch podinfo -n test'] : []),
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}
