import type { OrderName } from '../../domain/orders/catalogue.js';
import type { OrderDetails } from '../../workflows/contract.js';
import { Problem } from '../problems/problem.js';

/** An order for a release, with the id that identifies it however often it is sent. */
export interface GivenOrder {
  readonly order: OrderName;
  readonly details: OrderDetails & { readonly requestId: string; readonly by: string };
}

export function unknownRelease(id: string): Problem {
  return new Problem('unknown-release', `there is no release ${id}`, {
    remedy: 'the releases of a Canary are listed at /api/v1/namespaces/<namespace>/canaries/<name>/releases',
  });
}

export function refused(why: string): Problem {
  return new Problem('order-refused', why);
}
