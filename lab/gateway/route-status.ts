import { LatestOnly } from '../kube/latest-only.js';
import type { KubeClient } from '../../src/kube/client.js';
import { isNotFound } from '../kube/answers.js';
import { keyOf } from '../kube/followed.js';
import { APISIX_ROUTES, type RouteCondition } from './routing/route-object.js';
import type { Verdict } from './routing/route-store.js';

const CONDITION_TYPE = 'ResourcesAvailable';

/**
 * Writes into the status of each ApisixRoute what has become of it, the way APISIX' ingress controller does. It learns
 * of a generation only after the routing table holds it, so whoever waits for the condition with the right
 * `observedGeneration` knows that requests go by the new weights.
 */
export class RouteStatusWriter {
  readonly #latest = new Map<string, Verdict>();
  readonly #writers = new Map<string, LatestOnly>();

  constructor(
    readonly client: KubeClient,
    readonly onTrouble: (error: unknown) => void,
  ) {}

  write(verdict: Verdict): void {
    const { namespace, name } = verdict.object.metadata;
    const key = keyOf(namespace, name);
    this.#latest.set(key, verdict);
    const writer = this.#writers.get(key) ?? new LatestOnly(() => this.#patch(key), this.onTrouble);
    this.#writers.set(key, writer);
    void writer.ask();
  }

  /** The object is gone, and its status with it. */
  forget(namespace: string, name: string): void {
    const key = keyOf(namespace, name);
    this.#writers.get(key)?.close();
    this.#writers.delete(key);
    this.#latest.delete(key);
  }

  async #patch(key: string): Promise<void> {
    const verdict = this.#latest.get(key);
    if (!verdict) return;
    const conditions = nextConditions(verdict, new Date());
    if (!conditions) return;
    const { namespace, name } = verdict.object.metadata;
    const patch = { status: { conditions } };
    try {
      await this.client.patch(APISIX_ROUTES, 'merge', namespace, name, patch, { subresource: 'status' });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** The conditions that an object's status should have, or undefined when it has them already. */
export function nextConditions({ object, refusal }: Verdict, now: Date): RouteCondition[] | undefined {
  const { conditions } = object.status;
  const former = conditions.find(({ type }) => type === CONDITION_TYPE);
  const status = refusal === undefined ? 'True' : 'False';
  const next: RouteCondition = {
    type: CONDITION_TYPE,
    status,
    reason: refusal === undefined ? 'ResourcesSynced' : 'ResourceSyncAborted',
    message: refusal ?? 'Sync Successfully',
    observedGeneration: object.metadata.generation,
    lastTransitionTime: former?.status === status ? former.lastTransitionTime : now.toISOString(),
  };
  const isSame =
    former?.status === next.status &&
    former.observedGeneration === next.observedGeneration &&
    former.message === next.message;
  return isSame ? undefined : [...conditions.filter(({ type }) => type !== CONDITION_TYPE), next];
}
