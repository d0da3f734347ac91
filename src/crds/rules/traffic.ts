import type { CanarySpec } from '../schema/canary.js';
import { providersWith, trafficFeatures, type AudiencePart, type TrafficFeatures } from '../traffic.js';
import { firstOf, type Rule } from './rule.js';

/** Services alone can't distinguish requests: such a Canary is released Blue/Green, and reports that. */
const NO_ROUTER = 'kubernetes';

/** If the provider can't distinguish an audience, everybody would meet the canary. */
export const audienceCanBeMatched: Rule = (spec, { defaultProvider }) => {
  const provider = providerOf(spec, defaultProvider);
  const { match = [] } = spec.analysis;
  if (match.length === 0 || provider === NO_ROUTER) return undefined;
  const can = trafficFeatures(provider);
  if (can.match.length === 0) {
    const able = providersWith((features) => features.match.length > 0);
    const remedy = `${provider} can't tell requests apart, remove it or use a provider that can: ${able}`;
    return { field: 'spec.analysis.match', value: match, remedy };
  }
  return firstOf(match, (entry, index) =>
    firstOf(PARTS, (part) =>
      entry[part] === undefined || can.match.includes(part)
        ? undefined
        : {
            field: `spec.analysis.match[${index}].${part}`,
            value: entry[part],
            remedy: `${provider} can't tell requests apart by it, use ${can.match.join(' or ')}`,
          },
    ),
  );
};

const PARTS: readonly AudiencePart[] = ['headers', 'queryParams', 'sourceLabels'];

/** An entry that matches every request would show the canary to everybody. */
export const audienceIsNotEverybody: Rule = (spec, { defaultProvider }) => {
  if (providerOf(spec, defaultProvider) === NO_ROUTER) return undefined;
  return firstOf(spec.analysis.match ?? [], (entry, index) => {
    const field = `spec.analysis.match[${index}]`;
    const texts = (['headers', 'queryParams'] as const).flatMap((part) =>
      Object.entries(entry[part] ?? {}).map(([name, text]) => ({ field: `${field}.${part}.${name}`, value: text })),
    );
    if (texts.length === 0 && Object.keys(entry.sourceLabels ?? {}).length === 0) {
      return { field, value: entry, remedy: 'it fits every request, name a header that tells those for the canary' };
    }
    const empty = texts.find(({ value }) => Object.values(value).every((text) => text === ''));
    return empty && { ...empty, remedy: 'an empty text fits every request, set exact or regex to the value' };
  });
};

/** Connections are divided as a whole: nothing inspects their content. */
export const connectionsStayWhole: Rule = (spec, { defaultProvider }) => {
  const { service, analysis } = spec;
  if (providerOf(spec, defaultProvider) !== 'istio' || service?.appProtocol?.toLowerCase() !== 'tcp') return undefined;
  const asked = {
    match: (analysis.match ?? []).length > 0,
    mirror: analysis.mirror === true,
    sessionAffinity: analysis.sessionAffinity !== undefined,
  };
  return firstOf(['match', 'mirror', 'sessionAffinity'] as const, (part) =>
    asked[part]
      ? {
          field: `spec.analysis.${part}`,
          value: analysis[part],
          remedy: `spec.service.appProtocol ${service.appProtocol} has no requests to tell apart, remove one of the two`,
        }
      : undefined,
  );
};

/** The VirtualService that delegates says which requests a delegate is for. */
export const delegateHasNoHosts: Rule = (spec, { defaultProvider }) => {
  const { delegation, hosts = [], gateways = [] } = spec.service ?? {};
  if (providerOf(spec, defaultProvider) !== 'istio' || !delegation) return undefined;
  return firstOf(Object.entries({ hosts, gateways }), ([part, names]) =>
    names.length === 0
      ? undefined
      : {
          field: `spec.service.${part}`,
          value: names,
          remedy: 'a VirtualService cannot have hosts and gateways when delegation enabled: remove either',
        },
  );
};

/** Conditions that the Gateway API can't express, and that would let more requests in if they were ignored. */
const BEYOND_GATEWAY_API = [
  'authority',
  'scheme',
  'port',
  'sourceLabels',
  'sourceNamespace',
  'withoutHeaders',
] as const;

/** Anything missing from a route would let more requests in, or more origins. */
export const gatewayApiCanSayIt: Rule = (spec, { defaultProvider }) => {
  const provider = providerOf(spec, defaultProvider);
  if (!provider.startsWith('gatewayapi:')) return undefined;
  const { match = [], corsPolicy } = spec.service ?? {};
  const beyond = firstOf(match, (entry, index) => {
    const part = BEYOND_GATEWAY_API.find((name) => entry[name] !== undefined);
    if (part === undefined && !entry.ignoreUriCase) return undefined;
    const name = part ?? 'ignoreUriCase';
    const remedy = 'the Gateway API can’t tell requests apart by it: remove it';
    return { field: `spec.service.match[${index}].${name}`, value: entry[name], remedy };
  });
  if (beyond || provider === 'gatewayapi:v1beta1') return beyond;
  return firstOf(corsPolicy?.allowOrigins ?? [], ({ exact }, index) =>
    exact === undefined
      ? {
          field: `spec.service.corsPolicy.allowOrigins[${index}]`,
          value: 'a pattern',
          remedy: "only exact is supported by Gateway API, use 'corsPolicy.allowOrigin' instead",
        }
      : undefined,
  );
};

export const mirrorIsPossible: Rule = (spec, { defaultProvider }) =>
  spec.analysis.mirror === true ? needs(spec, defaultProvider, 'mirror', 'mirror requests') : undefined;

export const affinityIsPossible: Rule = (spec, { defaultProvider }) =>
  spec.analysis.sessionAffinity === undefined
    ? undefined
    : needs(spec, defaultProvider, 'sessionAffinity', 'keep a client at the canary');

function needs(
  spec: CanarySpec,
  defaultProvider: string,
  feature: 'mirror' | 'sessionAffinity',
  what: string,
): ReturnType<Rule> {
  const provider = providerOf(spec, defaultProvider);
  const able = (features: TrafficFeatures): boolean => features[feature];
  if (able(trafficFeatures(provider))) return undefined;
  return {
    field: `spec.analysis.${feature}`,
    value: spec.analysis[feature],
    remedy: `${provider} can't ${what}, ${instead(feature, provider)}use a provider that can: ${providersWith(able)}`,
  };
}

/** The provider's own feature for it, if there is one. */
function instead(feature: 'mirror' | 'sessionAffinity', provider: string): string {
  const own =
    feature === 'sessionAffinity' && provider === 'nginx'
      ? ', set nginx.ingress.kubernetes.io/affinity on the Ingress instead (docs/routers/nginx.md)'
      : '';
  return `remove it${own} or `;
}

function providerOf(spec: CanarySpec, defaultProvider: string): string {
  return spec.provider ?? defaultProvider;
}
