import { z } from 'zod';
import type { CanaryView } from '../../canary/read.js';
import { parseStatus } from '../../crds/status.js';
import { isActive } from '../../domain/phases.js';
import type { Dependencies } from '../../dependencies.js';
import { attentionOf } from '../live/attention.js';
import type { CanarySummary } from '../schema/canary.js';

/** What is shown of a spec, which may be invalid. */
const specSchema = z
  .object({
    targetRef: z
      .object({ kind: z.string().catch('Deployment'), name: z.string().catch('') })
      .catch({ kind: 'Deployment', name: '' }),
    provider: z.string().optional().catch(undefined),
    suspend: z.boolean().catch(false),
  })
  .catch({ targetRef: { kind: 'Deployment', name: '' }, provider: undefined, suspend: false });

/** A Canary as informer caches show it. */
export function summaryOf(
  view: Pick<CanaryView, 'object' | 'refusal'>,
  { meshProvider, clusterName }: Pick<Dependencies['settings'], 'meshProvider' | 'clusterName'>,
): CanarySummary {
  const { object, refusal } = view;
  const status = parseStatus(object['status']);
  const spec = specSchema.parse(object['spec']);
  const summary: CanarySummary = {
    cluster: clusterName,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    phase: status.phase,
    canaryWeight: status.canaryWeight,
    failedChecks: status.failedChecks,
    target: spec.targetRef,
    provider: spec.provider ?? meshProvider,
    ...(status.lastTransitionTime === undefined ? {} : { lastTransitionTime: status.lastTransitionTime }),
    revision: status.lastAppliedSpec,
    promotedRevision: status.lastPromotedSpec,
    suspended: spec.suspend,
    message: status.conditions.find((condition) => condition.type === 'Promoted')?.message ?? '',
    releaseUnderWay: isActive(status.phase),
    ...(refusal === undefined ? {} : { problem: `${refusal.field}: ${refusal.value} is not valid, ${refusal.remedy}` }),
  };
  const attention = attentionOf(summary);
  return attention === undefined ? summary : { ...summary, attention };
}
