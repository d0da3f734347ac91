/** The values of a Canary's `status.phase`. A new Canary has the empty one. */
export const PHASES = [
  '',
  'Initializing',
  'Initialized',
  'Waiting',
  'Progressing',
  'WaitingPromotion',
  'Promoting',
  'Finalising',
  'Succeeded',
  'Failed',
  'Terminating',
  'Terminated',
] as const;

export type Phase = (typeof PHASES)[number];

/** Phases in which a release is under way. */
export function isActive(phase: Phase): boolean {
  switch (phase) {
    case 'Waiting':
    case 'Progressing':
    case 'WaitingPromotion':
    case 'Promoting':
    case 'Finalising':
      return true;
    default:
      return false;
  }
}

/** Phases in which a Canary rests: nothing is done until something changes. */
export function isResting(phase: Phase): boolean {
  return phase === 'Initialized' || phase === 'Succeeded' || phase === 'Failed';
}

/** What the `Promoted` condition says in a phase (Flagger's wording). */
export interface PromotedCondition {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly message: string;
}

/**
 * @param kind the kind of the target, as the messages name it
 */
export function promotedCondition(phase: Phase, kind: string): PromotedCondition {
  switch (phase) {
    case 'Initialized':
      return { status: 'True', message: `${kind} initialization completed.` };
    case 'Waiting':
    case 'WaitingPromotion':
      return { status: 'Unknown', message: 'Waiting for approval.' };
    case 'Progressing':
      return { status: 'Unknown', message: 'New revision detected, progressing canary analysis.' };
    case 'Promoting':
      return { status: 'Unknown', message: 'Canary analysis completed, starting primary rolling update.' };
    case 'Finalising':
      return { status: 'Unknown', message: 'Canary analysis completed, routing all traffic to primary.' };
    case 'Succeeded':
      return { status: 'True', message: 'Canary analysis completed successfully, promotion finished.' };
    case 'Failed':
      return { status: 'False', message: `Canary analysis failed, ${kind} scaled to zero.` };
    case '':
    case 'Initializing':
    case 'Terminating':
    case 'Terminated':
      return { status: 'Unknown', message: `New ${kind} detected, starting initialization.` };
  }
}
