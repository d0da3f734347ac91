import type { Canary } from '../../crds/canary.js';
import { policyOfCanary } from '../../crds/policy.js';
import type { parseStatus } from '../../crds/status.js';
import type { Phase } from '../../domain/phases.js';
import { courseOf } from '../../domain/record/course.js';
import type { CanarySummary } from '../schema/canary.js';

/** Phases behind the analysis. */
const BEHIND: readonly Phase[] = ['WaitingPromotion', 'Promoting', 'Finalising'];
const BEFORE: readonly Phase[] = ['Waiting', 'Progressing'];

/** How far an analysis has come. @returns undefined where none is under way */
export function stepOf(
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
