import type { CanarySpec } from '../schema/canary.js';
import { providersWith, trafficFeatures, type AudiencePart, type TrafficFeatures } from '../traffic.js';
import { firstOf, type Rule } from './rule.js';

/** What only Services lead to can't be told apart by request: such a Canary is released Blue/Green, and told so. */
const NO_ROUTER = 'kubernetes';

/** An audience that the provider can't tell apart would mean that everybody meets the canary. */
export const audienceCanBeTold: Rule = (spec, { defaultProvider }) => {
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
    remedy: `${provider} can't ${what}, remove it or use a provider that can: ${providersWith(able)}`,
  };
}

function providerOf(spec: CanarySpec, defaultProvider: string): string {
  return spec.provider ?? defaultProvider;
}
