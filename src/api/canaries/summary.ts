import { z } from 'zod';
import type { CanaryView } from '../../canary/read.js';
import type { Canary } from '../../crds/canary.js';
import { policyOfCanary } from '../../crds/policy.js';
import { parseStatus } from '../../crds/status.js';
import { isActive, type Phase } from '../../domain/phases.js';
import type { Dependencies } from '../../dependencies.js';
import type { KubeObject } from '../../kube/object.js';
import type { WorstMetric } from '../../domain/narrative/worst.js';
import { versionsOf } from '../../domain/narrative/versions.js';
import { courseOf } from '../../domain/record/course.js';
import { REGRESSED, UNDONE } from '../../kubernetes/status.js';
import { attentionOf } from '../live/attention.js';
import { standingOf } from '../live/standing.js';
import { trafficOf } from '../live/traffic.js';
import type { CanarySummary } from '../schema/canary.js';
import type { WorkloadImages } from './images.js';

/** The shown parts of a spec, which may be invalid. */
const specSchema = z
  .object({
    targetRef: z
      .object({ kind: z.string().catch('Deployment'), name: z.string().catch('') })
      .catch({ kind: 'Deployment', name: '' }),
    provider: z.string().optional().catch(undefined),
    suspend: z.boolean().catch(false),
  })
  .catch({ targetRef: { kind: 'Deployment', name: '' }, provider: undefined, suspend: false });

/** Facts about a Canary that its object lacks. */
export interface Besides {
  /** What its run waits for: `resume`, or a gate. */
  readonly waiting?: string | undefined;
  /** A missing object that it refers to. */
  readonly missing?: string | undefined;
  /** Who started its open run. */
  readonly by?: string | undefined;
  readonly startedAt?: Date | undefined;
  readonly images?: WorkloadImages | undefined;
  /** The last measurement of its open run. */
  readonly worst?: WorstMetric | undefined;
}

/** A Canary from the informer caches. */
export function summaryOf(
  view: Pick<CanaryView, 'object' | 'refusal' | 'canary'>,
  { meshProvider, clusterName }: Pick<Dependencies['settings'], 'meshProvider' | 'clusterName'>,
  { waiting, missing, by, startedAt, images, worst }: Besides = {},
): CanarySummary {
  const { object, refusal, canary } = view;
  const status = parseStatus(object['status']);
  const spec = specSchema.parse(object['spec']);
  const { phase, failedChecks, canaryWeight, iterations } = status;
  const promoted = status.conditions.find((condition) => condition.type === 'Promoted');
  const problem = refusal && `${refusal.field}: ${refusal.value} is not valid, ${refusal.remedy}`;
  const traffic = canary && trafficOf({ ...canary.analysis, phase, weight: canaryWeight, iterations });
  // A run that has ended, or is about to, waits for nobody.
  const waits = isActive(phase) ? waiting : undefined;
  const standing = standingOf(
    {
      phase,
      problem,
      missing,
      suspended: spec.suspend,
      undone: promoted?.reason === UNDONE,
      regressed: promoted?.reason === REGRESSED,
    },
    waits,
  );
  const message = promoted?.message ?? '';
  const underWay = isActive(phase);
  const step = canary && stepOf(canary, status);
  const { application, team } = ownersOf(object);
  const attention = attentionOf({ phase, problem, missing, message, failedChecks }, standing, waits);
  return {
    cluster: clusterName,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    phase,
    standing,
    canaryWeight,
    ...(traffic === undefined ? {} : { traffic }),
    failedChecks,
    target: spec.targetRef,
    provider: spec.provider ?? meshProvider,
    ...(status.lastTransitionTime === undefined ? {} : { lastTransitionTime: status.lastTransitionTime }),
    revision: status.lastAppliedSpec,
    promotedRevision: status.lastPromotedSpec,
    suspended: spec.suspend,
    message,
    releaseUnderWay: underWay,
    ...(images && images.primary.length + images.target.length > 0
      ? { versions: versionsOf(images.primary, images.target) }
      : {}),
    ...(step === undefined ? {} : { step }),
    ...(underWay && by !== undefined ? { by } : {}),
    ...(underWay && startedAt !== undefined ? { startedAt: startedAt.toISOString() } : {}),
    ...(underWay && worst !== undefined ? { worst } : {}),
    ...(application === undefined ? {} : { application }),
    ...(team === undefined ? {} : { team }),
    ...(problem === undefined ? {} : { problem }),
    ...(missing === undefined ? {} : { missing }),
    ...(attention === undefined ? {} : { attention }),
  };
}

const APPLICATION = 'app.kubernetes.io/part-of';
const TEAM = /(?:^|\/)team$/;

/** The labels that a fleet is grouped by. */
function ownersOf({ metadata: { labels = {} } }: KubeObject): { application?: string; team?: string } {
  const application = labels[APPLICATION];
  const [, team] = Object.entries(labels).find(([label]) => TEAM.test(label)) ?? [];
  return { ...(application && { application }), ...(team && { team }) };
}

/** Phases after the analysis. */
const BEHIND: readonly Phase[] = ['WaitingPromotion', 'Promoting', 'Finalising'];
const BEFORE: readonly Phase[] = ['Waiting', 'Progressing'];

/** Progress of an analysis. @returns undefined where none is under way */
function stepOf(
  canary: Canary,
  { phase, canaryWeight, iterations }: Pick<ReturnType<typeof parseStatus>, 'phase' | 'canaryWeight' | 'iterations'>,
): CanarySummary['step'] {
  if (![...BEFORE, ...BEHIND].includes(phase)) return undefined;
  const { steps, iterations: counted } = courseOf(policyOfCanary(canary), iterations).strategy;
  const of = steps?.length ?? counted?.of ?? 0;
  if (of === 0) return undefined;
  if (BEHIND.includes(phase)) return { done: of, of };
  return { done: steps?.filter((weight) => weight <= canaryWeight).length ?? counted?.done ?? 0, of };
}
