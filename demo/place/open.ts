import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { clusterArguments, serversBeside } from '../../lab/cli/existing.js';
import { startLab, type Lab, type LabOptions } from '../../lab/lab.js';
import type { Progress } from '../../lab/tools/progress.js';
import type { KubeClient } from '../../src/kube/client.js';
import { clusterClient } from '../../src/kube/connect.js';
import type { CanaryKey } from '../../src/domain/identity.js';
import type { Arguments, DemoCluster } from '../cli/arguments.js';
import { DemoError, messageOf } from '../errors.js';
import { APP } from '../setup/objects.js';
import { trafficPlan } from '../setup/traffic.js';
import { checkCluster } from './check-cluster.js';
import type { Place } from './place.js';
import { existingTemporal, labTemporal, leaveTemporal, type TemporalPlace } from './temporal.js';

const USER_AGENT = 'serinus-demo';

/**
 * Starts the lab, or what of it is needed beside existing servers, which are looked at first.
 *
 * @throws DemoError where an existing server can't be used; what the lab throws where it can't be started
 */
export async function openPlace(args: Arguments, progress: Progress): Promise<Place> {
  const { temporal: ownTemporal, cluster } = args.existing;
  if (args.dir !== undefined) mustBeEmpty(args.dir);
  const theirs = cluster && (await openCluster(cluster, args.namespace));
  const userTemporal = ownTemporal ? await existingTemporal(args.temporalUi) : undefined;
  const lab = await startLab({
    log: (line) => progress.line(line),
    progress,
    ...labOptions(args),
    ...(args.dir === undefined ? {} : { directory: args.dir }),
  });
  const temporal = userTemporal ?? labTemporal(lab);
  // In a Temporal that others use, too, the name must be nobody else's: task queues are made of it.
  const canary: CanaryKey = {
    cluster: userTemporal ? `demo-${randomBytes(4).toString('hex')}` : 'demo',
    namespace: args.namespace,
    name: APP.name,
  };
  return {
    lab,
    kube: theirs ?? clusterClient({ kubeconfig: lab.kubeconfig, userAgent: USER_AGENT }),
    temporal,
    gatewayUrl: cluster?.gatewayUrl ?? (trafficPlan(args.provider).plane ? lab.planeUrl : lab.gatewayUrl),
    provider: args.provider,
    isExistingCluster: cluster !== undefined,
    canary,
    kubeconfig: { path: cluster?.kubeconfig ?? lab.kubeconfig, context: cluster?.context },
    // In somebody's cluster, Serinus looks after the demo's namespace and nothing else.
    serinusArguments: cluster ? [...clusterArguments(args.existing), `--namespace=${args.namespace}`] : [],
    close: () => closePlace(lab, temporal, userTemporal && canary),
  };
}

/** What the lab is made of. */
export function labOptions({ existing, provider }: Pick<Arguments, 'existing' | 'provider'>): LabOptions {
  const { plane } = trafficPlan(provider);
  return { servers: serversBeside(existing), ...(plane === undefined ? {} : { gateway: plane }) };
}

async function closePlace(lab: Lab, temporal: TemporalPlace, leave: CanaryKey | undefined): Promise<void> {
  try {
    // First all processes: nobody shall be there to see its schedule go.
    await lab.stop();
    if (leave) await leaveTemporal(temporal, leave);
  } finally {
    await temporal.close();
  }
}

async function openCluster(cluster: DemoCluster, namespace: string): Promise<KubeClient> {
  const { kubeconfig, context } = cluster;
  try {
    const client = clusterClient({
      kubeconfig,
      ...(context === undefined ? {} : { context }),
      userAgent: USER_AGENT,
    });
    await checkCluster(client, cluster, namespace);
    return client;
  } catch (error) {
    if (error instanceof DemoError) throw error;
    throw new DemoError(`the cluster of ${kubeconfig} can't be used: ${messageOf(error)}`);
  }
}

/** The demo shows a story from its beginning. */
function mustBeEmpty(directory: string): void {
  if (!existsSync(directory) || readdirSync(directory).length === 0) return;
  throw new DemoError(`${directory} isn't empty: give --dir a new folder`);
}
