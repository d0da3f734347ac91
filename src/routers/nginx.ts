import type { Audience, Canary } from '../crds/canary.js';
import { ALL_TO_CANARY, canaryAt, type Weights } from '../domain/weights.js';
import { UserError } from '../errors.js';
import type { KubeObject } from '../kube/object.js';
import { FLUX_SHIELD, type StringMap } from '../kubernetes/objects/metadata.js';
import {
  canaryIngressName,
  INGRESSES,
  ingressOf,
  ingressSource,
  leadingTo,
  without,
  withMetadataOf,
  withPaths,
} from './shared/ingress.js';
import type { Blueprint } from './shared/object-router.js';

/**
 * The NGINX ingress controller. Beside the users' Ingress (`spec.ingressRef`), which serves the primary, a second one
 * is created, `<ingress>-canary`, whose annotations say how many of its requests, or which of them, are for the canary.
 *
 * @param prefix of the controller's annotations, without the slash: `nginx.ingress.kubernetes.io`
 */
export function nginx(prefix: string): Blueprint {
  const isOurs = (name: string): boolean => name.includes(`${prefix}/canary`) || name === key('stickiness');
  const isOfCanary = (name: string): boolean => name.includes(`${prefix}/canary`);
  const key = (name: keyof typeof NAMES): string => `${prefix}/${NAMES[name]}`;

  /** Annotations for the controller; no others with this prefix may stay. */
  function orders(canary: Canary, weights: Weights): StringMap {
    const { match } = canary.analysis;
    const byWeight = { [key('canary')]: 'true', [key('weight')]: String(weights.canary) };
    if (match.length === 0 || weights.everybody || weights.canary === 0) return byWeight;
    return { ...byWeight, [key('weight')]: '0', ...audienceOf(match, key) };
  }

  /**
   * With `affinity: cookie` on the users' Ingress, a client that has met the canary stays with it, whatever its weight,
   * even after a rollback. So its cookie is ignored as soon as the canary is to get no requests.
   */
  function homecoming(annotations: StringMap | undefined, weights: Weights): StringMap {
    const isSticky = annotations?.[key('affinity')] === 'cookie';
    return isSticky && weights.canary === 0 ? { [key('stickiness')]: 'legacy' } : {};
  }

  return {
    provider: 'nginx',
    type: INGRESSES,
    name: canaryIngressName,
    source: ingressSource,
    desired({ canary, source, current, weights }) {
      if (!source) throw new UserError(ingressSource.missing(canary));
      // Checked before a release begins, not only when the audience is to meet the canary.
      audienceOf(canary.analysis.match, key);
      const { labels, annotations, copied } = withMetadataOf(source, current, isOfCanary);
      return ingressOf(canary, current, {
        labels,
        annotations: {
          ...without(annotations, isOurs),
          ...copied.annotations,
          ...FLUX_SHIELD,
          ...orders(canary, weights),
          ...homecoming(source.metadata.annotations, weights),
        },
        spec: withPaths(canary, source, (path) => [leadingTo(path, canary.service.canaryName)]),
      });
    },
    reweighed: (current, canary, weights) => {
      const kept = without(current.metadata.annotations, isOfCanary);
      const home = homecoming(current.metadata.annotations, weights);
      const annotations = { ...kept, ...orders(canary, weights), ...home };
      return { ...current, metadata: { ...current.metadata, annotations } };
    },
    weights(object: KubeObject, canary: Canary) {
      const { annotations = {} } = object.metadata;
      const asked = canary.analysis.match.length > 0;
      if (asked && (annotations[key('cookie')] ?? annotations[key('header')]) !== undefined) return ALL_TO_CANARY;
      const weight = Number(annotations[key('weight')] ?? NaN);
      if (!Number.isInteger(weight) || weight < 0 || weight > 100) return undefined;
      return asked && weight > 0 ? { ...canaryAt(weight), everybody: true } : canaryAt(weight);
    },
  };
}

const NAMES = {
  canary: 'canary',
  weight: 'canary-weight',
  cookie: 'canary-by-cookie',
  header: 'canary-by-header',
  value: 'canary-by-header-value',
  pattern: 'canary-by-header-pattern',
  affinity: 'affinity',
  stickiness: 'affinity-canary-behavior',
} as const;

/**
 * The controller knows one header and one cookie, either of which suffices. Other conditions are refused: they would
 * show the canary to the wrong users.
 *
 * @throws UserError naming the entry of `analysis.match`
 */
function audienceOf(match: readonly Audience[], key: (name: keyof typeof NAMES) => string): StringMap {
  const found: { cookie?: StringMap; header?: StringMap } = {};
  for (const [index, { headers = {} }] of match.entries()) {
    const field = `spec.analysis.match[${index}].headers`;
    const [entry, ...others] = Object.entries(headers);
    if (!entry || others.length > 0) {
      throw new UserError(`${field}: nginx can tell requests apart by one header, name exactly one in each entry`);
    }
    const [name, value] = entry;
    const kind = name.toLowerCase() === 'cookie' ? 'cookie' : 'header';
    if (found[kind]) throw new UserError(`${field}.${name}: nginx knows one ${kind} only, remove all but one`);
    if (kind === 'header') {
      found.header = { [key('header')]: name, ...headerValue(value, key) };
    } else if (value.exact === undefined) {
      throw new UserError(`${field}.${name}: nginx goes by the name of a cookie, set exact to it`);
    } else {
      found.cookie = { [key('cookie')]: value.exact };
    }
  }
  return { ...found.header, ...found.cookie };
}

type HeaderMatch = NonNullable<Audience['headers']>[string];

function headerValue(
  { exact, regex, prefix, suffix }: HeaderMatch,
  key: (name: keyof typeof NAMES) => string,
): StringMap {
  if (exact !== undefined) return { [key('value')]: exact };
  const pattern = regex ?? (prefix === undefined ? `${escaped(suffix ?? '')}$` : `^${escaped(prefix)}`);
  return { [key('pattern')]: pattern };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
