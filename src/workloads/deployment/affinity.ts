import type { PodSpec } from '../../kubernetes/objects/config-references.js';
import { primaryValue } from '../shared/selector.js';
import type { Selector } from '../shared/pod-selector.js';
import type { StringMap } from '../../kubernetes/objects/metadata.js';

interface LabelSelector {
  readonly matchLabels?: StringMap;
  readonly matchExpressions?: readonly { readonly key: string; readonly values?: readonly string[] }[];
}

interface Term {
  readonly labelSelector?: LabelSelector;
  readonly [field: string]: unknown;
}

interface AntiAffinity {
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly { readonly podAffinityTerm: Term }[];
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly Term[];
}

/**
 * Where the pod's anti-affinity and topology spread select the target's pods, makes them select the primary's own pods:
 * otherwise the primary would keep away from the canary instead of from itself.
 *
 * @param others value of the label to select instead
 */
export function withPrimaryAffinity(spec: PodSpec, pods: Selector, others = primaryValue(pods)): PodSpec {
  const term = (t: Term): Term =>
    t.labelSelector ? { ...t, labelSelector: rewrite(t.labelSelector, pods, others) } : t;
  const spread = spec['topologySpreadConstraints'] as readonly Term[] | undefined;
  const affinity = spec['affinity'] as { readonly podAntiAffinity?: AntiAffinity } | undefined;
  const anti = affinity?.podAntiAffinity;
  return {
    ...spec,
    ...(spread && { topologySpreadConstraints: spread.map(term) }),
    ...(anti && { affinity: { ...affinity, podAntiAffinity: rewriteAntiAffinity(anti, term) } }),
  };
}

function rewriteAntiAffinity(anti: AntiAffinity, term: (t: Term) => Term): AntiAffinity {
  const {
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
    requiredDuringSchedulingIgnoredDuringExecution: required,
  } = anti;
  return {
    ...anti,
    ...(preferred && {
      preferredDuringSchedulingIgnoredDuringExecution: preferred.map((p) => ({
        ...p,
        podAffinityTerm: term(p.podAffinityTerm),
      })),
    }),
    ...(required && { requiredDuringSchedulingIgnoredDuringExecution: required.map(term) }),
  };
}

function rewrite(selector: LabelSelector, pods: Selector, others: string): LabelSelector {
  const { matchLabels, matchExpressions } = selector;
  return {
    ...selector,
    ...(matchLabels?.[pods.label] === pods.value ? { matchLabels: { ...matchLabels, [pods.label]: others } } : {}),
    ...(matchExpressions && {
      matchExpressions: matchExpressions.map((e) =>
        e.key === pods.label ? { ...e, values: firstRenamed(e.values, pods.value, others) } : e,
      ),
    }),
  };
}

/** Only the first value that names the target, as Flagger does. */
function firstRenamed(values: readonly string[] | undefined, from: string, to: string): readonly string[] {
  const index = (values ?? []).indexOf(from);
  return (values ?? []).map((value, i) => (i === index ? to : value));
}
