import type { KubeClient } from '../../../src/kube/client.js';
import { isNotFound } from '../../kube/answers.js';
import { LatestOnly } from '../../kube/latest-only.js';
import { keyOf } from '../../kube/followed.js';
import type { Verdict } from '../routing/route-store.js';
import { HTTP_ROUTES, ourParents, type HttpRoute, type ParentStatus } from './route-object.js';

const CONTROLLER = 'serinus.dev/lab-gateway';

/**
 * Writes the lab's Gateway's verdict into the status of each HTTPRoute, for each of its parents. It learns of a
 * generation only after the routing table holds it.
 */
export class HttpRouteStatusWriter {
  readonly #latest = new Map<string, Verdict<HttpRoute>>();
  readonly #writers = new Map<string, LatestOnly>();

  constructor(
    readonly client: KubeClient,
    readonly onTrouble: (error: unknown) => void,
  ) {}

  write(verdict: Verdict<HttpRoute>): void {
    const { namespace, name } = verdict.object.metadata;
    const key = keyOf(namespace, name);
    this.#latest.set(key, verdict);
    const writer = this.#writers.get(key) ?? new LatestOnly(() => this.#patch(key), this.onTrouble);
    this.#writers.set(key, writer);
    void writer.ask();
  }

  /** The object is gone, and its status with it. */
  forget({ metadata }: HttpRoute): void {
    const key = keyOf(metadata.namespace, metadata.name);
    this.#writers.get(key)?.close();
    this.#writers.delete(key);
    this.#latest.delete(key);
  }

  async #patch(key: string): Promise<void> {
    const verdict = this.#latest.get(key);
    const parents = verdict && nextParents(verdict, new Date());
    if (!verdict || !parents) return;
    const { namespace, name } = verdict.object.metadata;
    const patch = { status: { parents } };
    try {
      await this.client.patch(HTTP_ROUTES, 'merge', namespace, name, patch, { subresource: 'status' });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** The parents that an object's status should have, or undefined when it has them already. */
export function nextParents({ object, refusal }: Verdict<HttpRoute>, now: Date): ParentStatus[] | undefined {
  const { parents } = object.status;
  const theirs = parents.filter(({ controllerName }) => controllerName !== CONTROLLER);
  const ours = ourParents(object).map((parentRef): ParentStatus => {
    const same = JSON.stringify(parentRef);
    const former = parents.find(
      (parent) => parent.controllerName === CONTROLLER && JSON.stringify(parent.parentRef) === same,
    );
    const accepted = former?.conditions.find(({ type }) => type === 'Accepted');
    const status = refusal === undefined ? 'True' : 'False';
    const condition = {
      type: 'Accepted',
      status,
      reason: refusal === undefined ? 'Accepted' : 'UnsupportedValue',
      message: refusal ?? '',
      observedGeneration: object.metadata.generation,
      lastTransitionTime: accepted?.status === status ? accepted.lastTransitionTime : now.toISOString(),
    };
    return { parentRef, controllerName: CONTROLLER, conditions: [condition] };
  });
  const next = [...theirs, ...ours];
  return JSON.stringify(next) === JSON.stringify(parents) ? undefined : next;
}
