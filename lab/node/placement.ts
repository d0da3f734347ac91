import { z } from 'zod';
import { metadataSchema } from '../kube/metadata.js';
import type { Pod } from './pod.js';

const taintSchema = z.object({ key: z.string(), value: z.string().default(''), effect: z.string() });

/** What decides which pods a node takes. */
export const nodeSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    unschedulable: z.boolean().default(false),
    taints: z.array(taintSchema).default([]),
  }),
});

export type Node = z.infer<typeof nodeSchema>;
type Taint = z.infer<typeof taintSchema>;
type Term = Pod['spec']['affinity']['nodeAffinity']['required'][number];
type Requirement = Term['matchExpressions'][number];
type Toleration = Pod['spec']['tolerations'][number];

/** What a cordoned node is as good as tainted with. */
const CORDON: Taint = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

/** Why a pod can't run on the node, in the scheduler's words; undefined where it can. */
export function obstacle({ spec }: Pod, node: Node): string | undefined {
  const isChosen = Object.entries(spec.nodeSelector).every(([key, value]) => node.metadata.labels[key] === value);
  const { required } = spec.affinity.nodeAffinity;
  const isNear = required.length === 0 || required.some((term) => fitsTerm(term, node));
  if (!isChosen || !isNear) return "1 node(s) didn't match Pod's node affinity/selector";
  const taint = taintsOf(node).find((candidate) => !spec.tolerations.some((each) => tolerates(each, candidate)));
  return taint && `1 node(s) had untolerated taint {${taint.key}: ${taint.value}}`;
}

function taintsOf({ spec }: Node): readonly Taint[] {
  const taints = spec.unschedulable ? [...spec.taints, CORDON] : spec.taints;
  return taints.filter(({ effect }) => effect !== 'PreferNoSchedule');
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  // Without a key all taints are meant.
  if (key === '') return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || value === taint.value);
}

/** A term that asks for nothing fits no node. */
function fitsTerm({ matchExpressions, matchFields }: Term, { metadata }: Node): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const { name, labels } = metadata;
  return (
    matchExpressions.every((asked) => fits(asked, labels[asked.key])) &&
    matchFields.every((asked) => fits(asked, asked.key === 'metadata.name' ? name : undefined))
  );
}

function fits({ operator, values }: Requirement, actual: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return actual !== undefined && values.includes(actual);
    case 'NotIn':
      return actual === undefined || !values.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    case 'Gt':
      return Number(actual) > Number(values[0]);
    case 'Lt':
      return Number(actual) < Number(values[0]);
  }
}
