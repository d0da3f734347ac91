import type { Complaint } from '../refusal.js';
import type { CanarySpec, Provider } from '../schema/canary.js';
import { builtOf, INSTEAD_OF, type Feature, type Support } from '../support.js';
import { firstOf, type Rule } from './rule.js';

const NOT_YET = 'not supported yet by this version of Serinus;';

export const providerIsBuilt: Rule = (spec, { defaultProvider, support }) => {
  const provider = spec.provider ?? defaultProvider;
  if (isProvider(provider, support) && support.providers[provider]) return undefined;
  const instead = isProvider(provider, support) ? INSTEAD_OF[provider] : undefined;
  const built = `${builtOf(support.providers)}${instead === undefined ? '' : `; ${instead}`}`;
  const remedy =
    spec.provider === undefined
      ? `${NOT_YET} it is what a Canary without spec.provider gets here, set the field to ${built}`
      : `${NOT_YET} use ${built}`;
  return { field: 'spec.provider', value: provider, remedy };
};

export const targetIsBuilt: Rule = ({ targetRef: { kind } }, { support }) =>
  support.targets[kind]
    ? undefined
    : { field: 'spec.targetRef.kind', value: kind, remedy: `${NOT_YET} use ${builtOf(support.targets)}` };

export const autoscalerIsBuilt: Rule = ({ autoscalerRef }, { support }) =>
  autoscalerRef === undefined || support.autoscalers[autoscalerRef.kind]
    ? undefined
    : {
        field: 'spec.autoscalerRef.kind',
        value: autoscalerRef.kind,
        remedy: `${NOT_YET} use ${builtOf(support.autoscalers)}`,
      };

export const featuresAreBuilt: Rule = (spec, { support }) =>
  firstOf(FEATURES, ({ feature, asked }) => (support.features[feature] ? undefined : asked(spec)));

function isProvider(name: string, support: Support): name is Provider {
  return Object.hasOwn(support.providers, name);
}

interface FeatureCheck {
  readonly feature: Feature;
  /** The error where a spec needs it, or undefined where it doesn't. */
  readonly asked: (spec: CanarySpec) => Complaint | undefined;
}

const FEATURES: readonly FeatureCheck[] = [
  {
    feature: 'event webhooks',
    asked: ({ analysis: { webhooks = [] } }) =>
      firstOf(webhooks, ({ type }, index) =>
        unless(type !== 'event', `spec.analysis.webhooks[${index}].type`, type, 'remove this webhook'),
      ),
  },
  {
    feature: 'analysis.alerts',
    asked: ({ analysis: { alerts = [] } }) =>
      unless(alerts.length === 0, 'spec.analysis.alerts', alerts, 'remove them'),
  },
  {
    feature: 'ingressRef',
    asked: ({ ingressRef }) => unless(ingressRef === undefined, 'spec.ingressRef', ingressRef, 'remove it'),
  },
  {
    feature: 'upstreamRef',
    asked: ({ upstreamRef }) => unless(upstreamRef === undefined, 'spec.upstreamRef', upstreamRef, 'remove it'),
  },
];

function unless(fine: boolean, field: string, value: unknown, advice: string): Complaint | undefined {
  return fine ? undefined : { field, value, remedy: `${NOT_YET} ${advice}` };
}
