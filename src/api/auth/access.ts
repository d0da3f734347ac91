import { GROUP } from '../../crds/group.js';
import { type OrderName, wordOf } from '../../domain/orders/catalogue.js';

/** An action on Canaries, or on what belongs to them. */
export interface Access {
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete';
  /** Canaries where undefined. */
  readonly resource?: string;
  /** Of Canaries where undefined; empty for the core group. */
  readonly group?: string;
  readonly subresource?: string;
  /** All namespaces where undefined. */
  readonly namespace?: string | undefined;
  readonly name?: string;
}

/** A Canary. */
interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** The permission to start a release of a Canary. */
export function startAccess({ namespace, name }: Named): Access {
  return { verb: 'create', subresource: 'rollouts', namespace, name };
}

/** The permission to give an order to the releases of a Canary: each order is a separate sub-resource. */
export function orderAccess(order: OrderName, { namespace, name }: Named): Access {
  return { verb: 'update', subresource: wordOf(order), namespace, name };
}

/** The permission to see the target of a Canary, with the template of its pods. */
export function targetAccess(kind: 'Deployment' | 'DaemonSet', { namespace, name }: Named): Access {
  return {
    verb: 'get',
    group: 'apps',
    resource: kind === 'Deployment' ? 'deployments' : 'daemonsets',
    namespace,
    name,
  };
}

/**
 * The permission to read pods' logs, as for `kubectl logs`: for all pods of the namespace, because their names change.
 */
export function logsAccess({ namespace }: Pick<Named, 'namespace'>): Access {
  return { verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace };
}

/** In the words of a Role's rule. */
export function inWords({ verb, resource: whole = 'canaries', group, subresource, namespace, name }: Access): string {
  const resource = subresource === undefined ? whole : `${whole}/${subresource}`;
  const which = name === undefined ? '' : ` "${name}"`;
  const api = group === '' ? '' : `.${group ?? GROUP}`;
  return `${verb} ${resource}${api}${which} in ${namespace === undefined ? 'all namespaces' : `namespace "${namespace}"`}`;
}
