import type { Logger } from '../../logging.js';
import { messageOf } from '../../errors.js';
import type { ApiClient } from '../../kube/client.js';
import { PODS, type KubeObject } from '../../kube/object.js';
import { asPodController } from '../../workloads/shared/pod-controller.js';
import { Expiring } from '../expiring.js';

/** More than anybody reads; all pods of a larger workload are still counted. */
const SHOWN = 50;
const REMEMBERED_MS = 3_000;

/**
 * Pods of workloads. They are requested while somebody watches, a namespace and a selector at a time: watching all pods
 * of a large cluster would cost more than everything else that Serinus does.
 */
export class Pods {
  private readonly known: Expiring<readonly KubeObject[]>;
  private problem = '';

  constructor(
    private readonly client: ApiClient,
    private readonly log: Logger,
  ) {
    this.known = new Expiring(REMEMBERED_MS);
  }

  /** @returns undefined where they can't be read: everything else can be shown without them */
  async of(workload: KubeObject): Promise<readonly KubeObject[] | undefined> {
    const labelSelector = selectorOf(workload);
    const { namespace, uid, resourceVersion } = workload.metadata;
    if (labelSelector === undefined || namespace === undefined) return undefined;
    try {
      // A changed workload has other pods.
      return await this.known.get(`${uid} ${resourceVersion}`, async () => {
        const { items } = await this.client.list(PODS, { namespace, labelSelector, limit: SHOWN });
        return items;
      });
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.problem) this.log.warn({}, `the live view has no pods: ${problem}`);
      this.problem = problem;
      return undefined;
    }
  }
}

function selectorOf(workload: KubeObject): string | undefined {
  if (workload.kind !== 'Deployment' && workload.kind !== 'DaemonSet') return undefined;
  const labels = Object.entries(asPodController(workload).spec.selector.matchLabels ?? {});
  return labels.length === 0 ? undefined : labels.map(([name, value]) => `${name}=${value}`).join(',');
}
