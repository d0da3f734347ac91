import { asksForBaseline, baselineValue } from '../../crds/baseline.js';
import { ForeignError } from '../../errors.js';
import type { KubeObject } from '../../kube/object.js';
import type { StringMap } from '../../kubernetes/objects/metadata.js';
import { isOurs } from '../../kubernetes/ownership.js';
import type { Canary } from '../../crds/canary.js';
import { asPodController } from './pod-controller.js';
import { primaryValue, selecting } from './selector.js';
import type { Selector } from './pod-selector.js';

/**
 * Refuses a selector that would select foreign pods: another application would answer users' requests.
 *
 * @param workloads of the namespace
 * @throws ForeignError naming the workload and the labels
 */
export function refuseStrangers(
  canary: Pick<Canary, 'targetRef' | 'owner' | 'judgement'>,
  selector: Selector,
  workloads: readonly KubeObject[],
): void {
  const { targetRef, owner } = canary;
  const sides = [
    { value: selector.value, side: 'the canary' },
    { value: primaryValue(selector), side: 'the primary' },
    ...(asksForBaseline(canary) ? [{ value: baselineValue(selector.value), side: 'the baseline' }] : []),
  ];
  const others = workloads.filter(
    (one) => !isOurs(one, owner) && !(one.kind === targetRef.kind && one.metadata.name === targetRef.name),
  );
  for (const { value, side } of sides) {
    const labels = selecting(selector, value);
    const stranger = others.find((one) => bears(one, labels));
    if (stranger === undefined) continue;
    const { kind, metadata } = stranger;
    const text = Object.entries(labels).map(([key, of]) => `${key}=${of}`);
    throw new ForeignError(
      `${kind} ${metadata.name}.${metadata.namespace} has pods with the labels ${text.join(', ')}, by which ${side} of ${targetRef.name} is found: its pods would answer the users of ${targetRef.name}, give one of the two a label of its own in spec.selector.matchLabels`,
    );
  }
}

function bears(workload: KubeObject, labels: StringMap): boolean {
  const borne = asPodController(workload).spec.template.metadata?.labels ?? {};
  return Object.entries(labels).every(([key, value]) => borne[key] === value);
}
