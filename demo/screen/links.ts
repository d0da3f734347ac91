import { workflowIdOf } from '../../src/workflows/contract.js';
import type { Place } from '../place/place.js';
import { workflowUrl } from '../place/temporal.js';
import type { ReleaseResult } from '../release/result.js';
import { APP } from '../setup/objects.js';
import type { RunningSerinus } from '../setup/serinus.js';
import { span, type Line } from './style.js';

const LABEL_WIDTH = 13;

/** All addresses, shown before the first release. */
export function whereThingsAre(place: Place, serinus: RunningSerinus): Line[] {
  const { temporal, gatewayUrl } = place;
  const workflow = workflowUrl(temporal, workflowIdOf(place.canary));
  return [
    [],
    link('Temporal UI', temporal.uiUrl ?? 'unknown (see --temporal-ui)'),
    ...(workflow === undefined ? [] : [link('', `${workflow}`)]),
    link('Serinus', serinus.url),
    link('Application', `${gatewayUrl}${APP.path} (Host: ${APP.host})`),
    link('Logs', place.lab.logs),
    [],
  ];
}

/** What there is to look at and to try when both releases are over. */
export function whatNext(place: Place, results: readonly ReleaseResult[]): Line[] {
  const { kubeconfig, canary, temporal } = place;
  const kubectl = `kubectl${kubeconfig.context === undefined ? '' : ` --context ${kubeconfig.context}`} -n ${canary.namespace}`;
  const runs = results.flatMap(({ plan, workflowId, runId }) => {
    const url = workflowUrl(temporal, workflowId, runId);
    return url === undefined ? [] : [link(plan.version, url)];
  });
  return [
    [],
    [span('The releases in Temporal', 'bold')],
    ...runs,
    [],
    [span('Try, in another terminal', 'bold')],
    command(`export KUBECONFIG=${kubeconfig.path}`),
    command(`${kubectl} describe canary/${APP.name}`),
    command(`${kubectl} set image deployment/${APP.name} ${APP.container}=${APP.image}:6.0.3`),
    command('npm run serinus -- get canaries'),
    [],
    [span('The application goes on being asked. Ctrl-C stops everything.')],
    [],
  ];
}

/** What stays in somebody's cluster. */
export function leftInCluster({ canary }: Place): Line {
  return [span(`What was applied stays in the cluster. To remove it: kubectl delete namespace ${canary.namespace}`)];
}

function link(label: string, text: string): Line {
  return [span(`  ${label.padEnd(LABEL_WIDTH)}`, 'dim'), span(text)];
}

function command(text: string): Line {
  return [span(`  ${text}`, 'accent')];
}
