import { POD_DISRUPTION_BUDGETS, type KubeObject, type OwnerReference } from '../../kube/object.js';
import { selects, type LabelSelector } from './label-selector.js';
import { withoutFlux, type StringMap } from './metadata.js';

/** The pods that a budget shall protect. */
export interface ProtectedPods {
  /** Labels of the pods. */
  readonly borne: StringMap;
  /** Labels that select all of them, and no others. */
  readonly selector: StringMap;
}

/** What the primary's budget is made from, in addition to the users'. */
export interface BudgetWish {
  readonly namespace: string;
  readonly name: string;
  readonly owner: OwnerReference;
  readonly primary: ProtectedPods;
}

/** Whether a budget protects pods with these labels. */
export function protects(budget: KubeObject, labels: StringMap): boolean {
  return selects(specOf(budget).selector, labels);
}

/** The primary's budget: the users' budget for the primary's pods. */
export function primaryBudget(source: KubeObject, current: KubeObject | undefined, wish: BudgetWish): KubeObject {
  return {
    ...current,
    apiVersion: POD_DISRUPTION_BUDGETS.apiVersion,
    kind: POD_DISRUPTION_BUDGETS.kind,
    metadata: {
      ...current?.metadata,
      name: wish.name,
      namespace: wish.namespace,
      labels: { ...current?.metadata.labels, ...withoutFlux(source.metadata.labels) },
      ownerReferences: current?.metadata.ownerReferences ?? [wish.owner],
    },
    spec: { ...specOf(source), selector: { matchLabels: wish.primary.selector } },
  };
}

interface BudgetSpec {
  readonly selector?: LabelSelector;
  readonly [field: string]: unknown;
}

function specOf(budget: KubeObject): BudgetSpec {
  return (budget['spec'] ?? {}) as BudgetSpec;
}
