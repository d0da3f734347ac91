import type { Canary } from '../../crds/types.js';
import { queryNamesOf, type QueryNames } from '../../metrics/model.js';
import type { Observer } from '../../metrics/queries/flagger.js';
import type { Server } from './metric.js';

/**
 * How a query about the canary is turned into one about the primary, which serves while no release is under way.
 *
 * A query is rendered with `names`, in which the target's and the Service's name are placeholders, and then `resolve`
 * replaces those: the right name depends on what follows the placeholder.
 */
export interface Counterpart {
  readonly names: QueryNames;
  /** @param quoted turns a name into its form in queries, where that isn't the name itself */
  readonly resolve: (query: string, quoted?: (name: string) => string) => string;
}

/** Words that occur in no query, and that every template function leaves alone. */
const TARGET = 'serinusstandinfortarget';
const SERVICE = 'serinusstandinforservice';

export function counterpartOf(canary: Canary, server: Server, observer: Observer): Counterpart {
  const names = queryNamesOf(canary);
  if (server === 'target') return { names, resolve: (query) => query };
  return {
    names: { ...names, target: TARGET, service: SERVICE },
    resolve: (query, quoted = (name) => name) => {
      const target = quoted(canary.targetRef.name);
      const service = quoted(names.service);
      return forObserver(query, observer)
        .replaceAll(new RegExp(`${TARGET}([-_])canary`, 'g'), (_, dash: string) => part(target, dash, observer))
        .replaceAll(new RegExp(`${SERVICE}([-_])canary`, 'g'), (_, dash: string) => part(service, dash, observer))
        .replaceAll(TARGET, quoted(canary.targetRef.primaryName))
        .replaceAll(SERVICE, service);
    },
  };
}

/**
 * The replacement of `<name>-canary`. APISIX has one route for both, named `…-canary`, and all its requests are the
 * primary's while no release is under way. Other providers have an object for each of the two.
 */
function part(name: string, dash: string, observer: Observer): string {
  return `${name}${dash}${observer === 'apisix' ? 'canary' : 'primary'}`;
}

/** ingress-nginx marks the canary's requests by a label that is empty for all others. */
function forObserver(query: string, observer: Observer): string {
  return observer === 'nginx' ? query.replace(/\bcanary\s*!=\s*""/g, 'canary=""') : query;
}
