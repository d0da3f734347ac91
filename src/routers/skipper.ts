import type { Canary } from '../crds/canary.js';
import type { Weights } from '../domain/weights.js';
import { UserError } from '../errors.js';
import type { KubeObject } from '../kube/object.js';
import { FLUX_SHIELD, type StringMap } from '../kubernetes/objects/metadata.js';
import {
  canaryIngressName,
  INGRESSES,
  ingressOf,
  ingressSource,
  leadingTo,
  withMetadataOf,
  withPaths,
} from './shared/ingress.js';
import type { Blueprint } from './shared/object-router.js';

const WEIGHTS = 'zalando.org/backend-weights';
const PREDICATE = 'zalando.org/skipper-predicate';
/** Outranks the users' route. */
const ON = 'Weight(100)';
/** Never true: the users' route serves, which leads to the primary. */
const OFF = 'False()';
const AND = ' && ';

/**
 * Skipper. Beside the users' Ingress (`spec.ingressRef`), which serves the primary, a second one is created,
 * `<ingress>-canary`, with each path twice: once to the primary and once to the canary. It is switched off while the
 * canary gets nothing.
 */
export const skipper: Blueprint = {
  provider: 'skipper',
  type: INGRESSES,
  name: canaryIngressName,
  source: ingressSource,
  desired({ canary, source, current, weights }) {
    if (!source) throw new UserError(ingressSource.missing(canary));
    const { primaryName, canaryName } = canary.service;
    const { labels, annotations, copied } = withMetadataOf(source, current, () => false);
    return ingressOf(canary, current, {
      labels,
      annotations: {
        ...annotations,
        ...FLUX_SHIELD,
        ...orders(canary, weights, copied.annotations[PREDICATE]),
      },
      spec: withPaths(canary, source, (path) => [leadingTo(path, primaryName), leadingTo(path, canaryName)]),
    });
  },
  reweighed: (current, canary, weights) => {
    const { annotations = {} } = current.metadata;
    const wanted = orders(canary, weights, annotations[PREDICATE]);
    return { ...current, metadata: { ...current.metadata, annotations: { ...annotations, ...wanted } } };
  },
  weights: weightsOf,
  // It asks the API server every three seconds, by default.
  followsWithinMs: 4_000,
  removedAtEnd: true,
};

/** @param predicates of the users' Ingress */
function orders(canary: Canary, weights: Weights, predicates: string | undefined): StringMap {
  const { primaryName, canaryName } = canary.service;
  const others = predicatesIn(predicates ?? '').filter((predicate) => ![ON, OFF].includes(predicate));
  return {
    // By name, as Flagger writes them: after a change of controllers nothing must be rewritten.
    [WEIGHTS]: JSON.stringify({ [canaryName]: weights.canary, [primaryName]: weights.primary }),
    [PREDICATE]: [weights.canary === 0 ? OFF : ON, ...others].join(AND),
  };
}

/** Splits at any blanks. What is in quotes or in a regular expression is text, to the end where it isn't closed. */
function predicatesIn(text: string): readonly string[] {
  const parts = text.match(/"(?:[^"\\]|\\[^])*(?:"|\\?$)|`[^`]*`|\/(?:[^/\\]|\\[^])+(?:\/|\\?$)|&&|[^]/g) ?? [];
  const found = [''];
  for (const part of parts) {
    if (part === '&&') found.push('');
    else found.push(`${found.pop() ?? ''}${part}`);
  }
  return found.map((predicate) => predicate.trim()).filter(Boolean);
}

function weightsOf(object: KubeObject, canary: Canary): Weights | undefined {
  const weights = jsonOf(object.metadata.annotations?.[WEIGHTS]);
  const { [canary.service.primaryName]: primary, [canary.service.canaryName]: ours } = weights;
  return typeof primary === 'number' && typeof ours === 'number' ? { primary, canary: ours } : undefined;
}

/** Text that can't be parsed counts as empty: the next observation corrects it. */
function jsonOf(text = '{}'): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
