import { orderCalled, ORDERS } from '../../../src/domain/orders/catalogue.js';
import { get, post } from '../api/client.js';
import type { CanaryDetail, FleetRow, Steering } from '../api/types.js';
import { keyOf } from './rows.js';

/** Orders that are given to several releases at once. */
export const BULK_ORDERS = ['approve', 'pause', 'resume', 'abort'] as const;
export type BulkOrder = (typeof BULK_ORDERS)[number];

/** What an order would do to one of the selected Canaries. */
export interface Part {
  readonly row: FleetRow;
  readonly detail: CanaryDetail;
  /** Undefined where its release would refuse it now. */
  readonly step: Steering | undefined;
}

/** Requests at the same time: a fleet is large, and a browser opens few connections. */
const AT_ONCE = 6;

export async function partsOf(rows: readonly FleetRow[], order: BulkOrder, signal: AbortSignal): Promise<Part[]> {
  return inTurns(rows, async (row) => {
    const path = `/api/v1/namespaces/${encodeURIComponent(row.namespace)}/canaries/${encodeURIComponent(row.name)}`;
    const detail = await get<CanaryDetail>(path, signal);
    return { row, detail, step: detail.release?.steering?.find((step) => step.order === order) };
  });
}

/** The result for each; undefined where it was accepted. */
export type Results = ReadonlyMap<string, Error | undefined>;

interface Said {
  readonly reason?: string;
  readonly by?: string;
}

/**
 * Gives the order to each release that accepts it. A refusal by one doesn't affect the others.
 *
 * @param keyFor an idempotency key for each Canary: the same for the same dialog
 */
export async function giveAll(
  parts: readonly Part[],
  said: Said,
  keyFor: (canary: string) => string,
  csrfToken: string | undefined,
): Promise<Results> {
  const given = await inTurns(
    parts,
    async ({ row, detail, step }): Promise<[string, Error | undefined] | undefined> => {
      if (!step) return undefined;
      const canary = keyOf(row);
      const order = orderCalled(step.order);
      const { gate, revision } = detail.release ?? {};
      const body = {
        ...said,
        ...(revision !== undefined && { revision }),
        ...(order !== undefined && ORDERS[order].takes === 'gate' && gate && { gate: gate.gate }),
      };
      try {
        await post(step.href, { body, idempotencyKey: keyFor(canary), csrfToken });
        return [canary, undefined];
      } catch (error) {
        return [canary, error instanceof Error ? error : new Error(String(error))];
      }
    },
  );
  return new Map(given.filter((one) => one !== undefined));
}

/** In the order of the items, a few at a time. */
async function inTurns<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const left = [...items.entries()];
  const turn = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, turn));
  return results;
}
