import { dotted } from '../identity.js';
import type { ReleaseState } from '../state.js';

/**
 * The wordings of events, Flagger's where it has one. Messages about the workload use the target's name, messages about
 * the release the Canary's.
 */
export function messagesFor(s: Pick<ReleaseState, 'canary' | 'policy'>) {
  const canary = dotted(s.canary.name, s.canary);
  const targetName = s.policy?.targetName ?? s.canary.name;
  const target = dotted(targetName, s.canary);
  const primary = dotted(`${targetName}-primary`, s.canary);
  const kind = (s.policy?.targetKind ?? 'Deployment').toLowerCase();
  const ofPrimary = kind === 'deployment' ? primary : `primary ${kind} ${primary}`;
  return {
    providersAvailable: 'all the metrics providers are available!',
    providersUnavailable: (error: string) => `Error checking metric providers: ${error}`,
    initialized: `Initialization done! ${canary}`,
    suspended: 'skipping canary run as object is suspended',
    scalingUp: `New revision detected! Scaling up ${target}`,
    restarting: `New revision detected! Restarting analysis for ${target}`,
    starting: `Starting canary analysis for ${target}`,
    advance: (weight: number) => `Advance ${canary} canary weight ${weight}`,
    advanceIteration: (iteration: number, of: number) => `Advance ${canary} canary iteration ${iteration}/${of}`,
    routingToCanary: 'Routing all traffic to canary',
    routingToCanaryAfterMirror: 'Stop traffic mirroring and route all traffic to canary',
    advancePrimary: (weight: number) => `Advance ${canary} primary weight ${weight}`,
    foreignWeight: (seen: number, set: number) =>
      `The route of ${canary} has canary weight ${seen}, not ${set} as was set: going on from there`,
    copying: `Copying ${target} template spec to ${primary}`,
    routingToPrimary: 'Routing all traffic to primary',
    growing: (pods: number) => `Scaling up ${primary} to ${pods} pods before traffic comes back to it`,
    promoted: `Promotion completed! Scaling down ${target}`,
    promotedSkipped: `Promotion completed! Canary analysis was skipped for ${target}`,
    notReady: (of: 'primary' | 'canary', reason: string) =>
      `${of === 'primary' ? ofPrimary : `canary ${kind} ${target}`} not ready: ${reason}`,
    hookPassed: (title: string, hook: string) => `${title} check ${hook} passed`,
    rollbackHookSilent: (hook: string) => `Rollback hook ${hook} not signaling a rollback`,
    waitingForApproval: (hook: string) => `Halt ${canary} advancement waiting for approval ${hook}`,
    waitingForTrafficIncrease: (hook: string) =>
      `Halt ${canary} advancement waiting for traffic increase approval ${hook}`,
    waitingForPromotion: (hook: string) => `Halt ${canary} advancement waiting for promotion approval ${hook}`,
    waitingForPeople: (demand: string) => `Halt ${canary} advancement waiting for ${demand}`,
    rollbackWithheld: (reason: string, demand: string) =>
      `${reason}: all traffic goes back to the primary now, the pods of ${target} stay and wait for ${demand}`,
    approvalExpired: (gate: string, after: string) =>
      `Approval of ${canary} ${gate} expired after ${after}, it goes on waiting`,
    preRolloutFailed: (hook: string, error: string) =>
      `Halt ${canary} advancement pre-rollout check ${hook} failed ${error}`,
    externalCheckFailed: (hook: string, error: string) =>
      `Halt ${canary} advancement external check ${hook} failed ${error}`,
    waitingForEvidence: (weight: number) => `Halt ${canary} advancement waiting for evidence at weight ${weight}`,
    notCounted: (seen: string) => `Halt ${canary} advancement requests don't count: ${seen}`,
    notReadCounts: (error: string) => `Halt ${canary} advancement requests can't be counted: ${error}`,
    postRolloutFailed: (hook: string, error: string) => `Post-rollout hook ${hook} failed ${error}`,
    promotionFailed: (reason: string) => `Promotion of ${target} failed, primary not ready: ${reason}`,
    rollbackFailedChecks: (count: number) => `Rolling back ${canary} failed checks threshold reached ${count}`,
    rollbackUnknownChecks: (count: number) =>
      `Rolling back ${canary} the metrics provider gave no answer to ${count} checks in a row`,
    rollbackByEvidence: (reason: string) => `Rolling back ${canary} ${reason}`,
    rollbackNotCounted: (reason: string) =>
      `Rolling back ${canary} progress deadline exceeded without any requests that count: ${reason}`,
    rollbackUnproven: (after: string, reason: string) => `Rolling back ${canary} not proven within ${after}: ${reason}`,
    rollbackByHook: `Rolling back ${canary} manual webhook invoked`,
    rollbackHookPassed: (hook: string) => `Rollback check ${hook} passed`,
    rollbackDeadline: (reason: string) => `Rolling back ${canary} progress deadline exceeded ${reason}`,
    rollbackPrimaryLost: (reason: string) => `Rolling back ${canary} primary not ready: ${reason}`,
    rollbackByOrder: (order: 'abort' | 'reject', by: string, reason: string) =>
      `Rolling back ${canary} ${order === 'abort' ? 'aborted' : 'rejected'} by ${by}${because(reason)}`,
    rollbackExpired: (gate: string, after: string) =>
      `Rolling back ${canary} approval expired after ${after} at the gate ${gate}`,
    late: (seconds: string, why: string) =>
      `No sign of the workflow of ${canary} for ${seconds} and ${why}: it is waited for, traffic stays as it is`,
    rollbackRecovery: (reason: string) => `Rolling back ${canary} ${reason}`,
    failed: `Canary failed! Scaling down ${canary}`,
    failedServing: `Canary failed! The primary of ${canary} can't serve, all traffic stays on the canary`,
    mending: (reason: string) => `${ofPrimary} not ready: ${reason}: ${target} is released without waiting for it`,
    rescuing: `No pod of ${primary} serves: routing all traffic to ${target}`,
    goingBack: `${target} is back at the promoted revision: putting it back into ${primary}`,
    retreating: `${target} holds a revision that nobody has analysed: routing all traffic to ${primary}`,
    withdrawn: `${target} is back at the promoted revision, analysis of ${canary} cancelled`,
    terminating: `Terminating canary ${canary}`,
    terminated: `Terminated canary ${canary}`,
    paused: (weight: number, by: string, reason: string) =>
      `Paused ${canary} at weight ${weight} by ${by}${because(reason)}`,
    resumed: (by: string, reason: string) => `Resumed ${canary} by ${by}${because(reason)}`,
    approved: (gate: string, by: string, reason: string) => `Approved ${canary} ${gate} by ${by}${because(reason)}`,
    approvedByOneOf: (gate: string, by: string, reason: string, count: number, needed: number) =>
      `Approved ${canary} ${gate} by ${by} (${count} of ${needed})${because(reason)}`,
    promotedByOrder: (by: string, reason: string) =>
      `Promoting ${canary} without further analysis by ${by}${because(reason)}`,
    skipped: (step: string, by: string, reason: string) =>
      `Skipping the analysis of ${canary} at ${step} by ${by}${because(reason)}`,
    retried: (revision: string, by: string, reason: string) =>
      `Retrying ${canary} revision ${revision} by ${by}${because(reason)}`,
    undoing: (by: string, reason: string) => `Undoing the promotion of ${canary} by ${by}${because(reason)}`,
    routingToPrevious: 'Routing all traffic to the warm pods of the former version',
    restoringPrimary: `Putting the former version of ${primary} back`,
    undone: (by: string, reason: string, unready?: string) =>
      `Promotion undone! ${canary} by ${by}${because(reason)}${unready === undefined ? '' : `; ${ofPrimary} is not ready: ${unready}`}`,
    regressionOffered: (reason: string) =>
      `Regression of ${canary} after its promotion ${reason}: undo brings the former version back ("serinus undo ${s.canary.name} -n ${s.canary.namespace}")`,
    regressionUndone: (reason: string) =>
      `Regression of ${canary} after its promotion ${reason}: undoing the promotion`,
    regressionStays: (reason: string, why: string) => `Regression of ${canary} after its promotion ${reason}: ${why}`,
    watchedWithout: (time: string, windows: number) =>
      `Watched ${canary} for ${time} after its promotion: no regression in ${windows} ${windows === 1 ? 'window' : 'windows'}`,
    watchedInVain: (time: string, why: string) =>
      `Watched ${canary} for ${time} after its promotion, and nothing could be judged: ${why}`,
    watchCutShort: (time: string, why: string) =>
      `Watching ${canary} for ${time} after its promotion ended early: ${why}`,
    weightByOrder: (weight: number, by: string, reason: string) =>
      `Setting ${canary} canary weight ${weight} by ${by}${because(reason)}`,
  };
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason}`;
}
