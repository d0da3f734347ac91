import { UserError } from '../../errors.js';
import { DAEMON_SETS } from '../../kube/object.js';
import type { StringMap } from '../../kubernetes/objects/metadata.js';
import type { PodController, PodKind, PodTemplate } from '../shared/pod-controller.js';
import { daemonSetReadiness } from './readiness.js';
import { asDaemonSet } from './types.js';

/** No node has this label, so a DaemonSet that asks for it has no pods. Flagger's key, so that either can take over. */
const SCALE_TO_ZERO = 'flagger.app/scale-to-zero';

/** Targets of kind DaemonSet: a pod on every node that fits, or none at all. */
export const daemonSets: PodKind = {
  kind: DAEMON_SETS.kind,
  type: DAEMON_SETS,
  copied: ['minReadySeconds', 'revisionHistoryLimit', 'updateStrategy'],
  check: refuseOtherStrategies,
  template: ({ spec }) => withSelector(spec.template, withoutKey(selectorOf(spec.template))),
  primaryPods: (spec) => spec,
  firstSize: () => ({}),
  promotedSize: () => ({}),
  replicas: (controller) => (isAtZero(controller) ? 0 : 1),
  scaled: (controller, replicas) => {
    if (isAtZero(controller) === (replicas === 0)) return controller;
    const { template } = controller.spec;
    const others = withoutKey(selectorOf(template));
    const nodeSelector = replicas === 0 ? { ...others, [SCALE_TO_ZERO]: 'true' } : others;
    return { ...controller, spec: { ...controller.spec, template: withSelector(template, nodeSelector) } };
  },
  readiness: (controller, rule, now) => daemonSetReadiness(asDaemonSet(controller), rule, now),
};

function isAtZero(controller: PodController): boolean {
  return Object.hasOwn(selectorOf(controller.spec.template), SCALE_TO_ZERO);
}

function selectorOf(template: PodTemplate): StringMap {
  return (template.spec['nodeSelector'] ?? {}) as StringMap;
}

function withoutKey({ [SCALE_TO_ZERO]: _key, ...others }: StringMap): StringMap {
  return others;
}

/** An empty selector is none: a DaemonSet that comes back from zero must not look like a new revision. */
function withSelector(template: PodTemplate, nodeSelector: StringMap): PodTemplate {
  const { nodeSelector: _before, ...spec } = template.spec;
  const isEmpty = Object.keys(nodeSelector).length === 0;
  return { ...template, spec: isEmpty ? spec : { ...spec, nodeSelector } };
}

/** With `OnDelete` a promotion would wait until somebody deletes the primary's pods. */
function refuseOtherStrategies(target: PodController): void {
  const type = asDaemonSet(target).spec.updateStrategy?.type ?? '';
  if (type === '' || type === 'RollingUpdate') return;
  const { name, namespace } = target.metadata;
  throw new UserError(`daemonset ${name}.${namespace} must have RollingUpdate strategy but have ${type}`);
}
