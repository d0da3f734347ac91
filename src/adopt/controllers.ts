import type { KubeObject } from '../kube/object.js';
import { error, type Direction, type Finding } from './plan.js';

/** Objects that show that a controller runs. */
export interface Controllers {
  readonly deployments: readonly KubeObject[];
  readonly leases: readonly KubeObject[];
}

const LEADER_LEASE = 'flagger-leader-election';

/**
 * Controllers that must not run while Canaries change hands: the present owner, which would overwrite whatever is
 * prepared for the next one.
 *
 * @param namespace the only one that is read; undefined for all
 * @param now milliseconds since 1970
 */
export function runningControllers(
  direction: Direction,
  { deployments, leases }: Controllers,
  namespace: string | undefined,
  now: number,
): readonly Finding[] {
  const [word, test] = direction === 'adopt' ? ['Flagger', isFlagger] : ['Serinus', isSerinus];
  const running = deployments
    .filter((deployment) => replicasOf(deployment) > 0)
    .filter((deployment) => containersOf(deployment).some((c) => test(deployment, c) && looksAt(c, namespace)))
    .map((deployment) => {
      const { name, namespace: of = '' } = deployment.metadata;
      const stop = `kubectl -n ${of} scale deployment/${name} --replicas=0`;
      return error(`${word} runs: Deployment/${name} in namespace ${of}`, `stop it first: ${stop}`);
    });
  if (running.length > 0 || direction === 'give-back') return running;
  return leases
    .filter((lease) => lease.metadata.name === LEADER_LEASE && isHeld(lease, now))
    .filter((lease) => namespace === undefined || [namespace, 'kube-system'].includes(lease.metadata.namespace ?? ''))
    .map((lease) =>
      error(
        `Flagger runs: it has renewed Lease/${LEADER_LEASE} in namespace ${lease.metadata.namespace ?? ''}`,
        'stop it first; the Lease runs out a minute later at the latest',
      ),
    );
}

interface Container {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

function containersOf(deployment: KubeObject): readonly Container[] {
  const spec = deployment['spec'] as { template?: { spec?: { containers?: readonly Container[] } } } | undefined;
  return spec?.template?.spec?.containers ?? [];
}

function replicasOf(deployment: KubeObject): number {
  return (deployment['spec'] as { replicas?: number } | undefined)?.replicas ?? 1;
}

function isFlagger(_deployment: KubeObject, { image = '' }: Container): boolean {
  return /(^|\/)flagger(?=[:@]|$)/.test(image);
}

/** Processes that act by themselves; an API alone only answers. */
function isSerinus(deployment: KubeObject, { image = '', command = [], args = [] }: Container): boolean {
  const words = [...command, ...args];
  const labelled = deployment.metadata.labels?.['app.kubernetes.io/name'] === 'serinus';
  if (!labelled && !/(^|\/)serinus(?=[:@]|$)/.test(image)) return false;
  return words.length === 0 || words.some((word) => ['all', 'worker', 'watch'].includes(word));
}

/** A controller that only watches another namespace doesn't matter. */
function looksAt({ args = [], command = [], env = [] }: Container, namespace: string | undefined): boolean {
  if (namespace === undefined) return true;
  const only =
    namespaceArgument([...command, ...args]) ?? env.find((variable) => variable.name === 'SERINUS_NAMESPACE')?.value;
  return only === undefined || only === '' || only === namespace;
}

function namespaceArgument(words: readonly string[]): string | undefined {
  const joined = words.map((word) => /^--?namespace=(.*)$/.exec(word)?.[1]).find((value) => value !== undefined);
  if (joined !== undefined) return joined;
  const at = words.findIndex((word) => /^--?namespace$/.test(word));
  return at < 0 ? undefined : words[at + 1];
}

function isHeld(lease: KubeObject, now: number): boolean {
  const { holderIdentity, renewTime, leaseDurationSeconds } = (lease['spec'] ?? {}) as {
    holderIdentity?: string;
    renewTime?: string;
    leaseDurationSeconds?: number;
  };
  const renewed = Date.parse(renewTime ?? '');
  if ((holderIdentity ?? '') === '' || Number.isNaN(renewed)) return false;
  return renewed + (leaseDurationSeconds ?? 60) * 1000 > now;
}
