import type { Gate } from '../approvals/gates.js';
import type { Analysis, Findings } from '../findings.js';
import type { Patience } from './judged.js';
import { policyOf, type ReleaseState } from '../state.js';
import type { Step } from './step.js';

/**
 * How statistics steer a release. The activity that reads the counts compares them; this room only reads the result.
 */

/** Name that stands for a webhook at a gate that evidence keeps closed. */
const JUDGE = 'judgement';

/** @returns the rollback of a canary that has been proven bad */
export function condemned({ judged }: Analysis): Step | undefined {
  if (judged?.verdict !== 'FAIL') return undefined;
  return { do: 'rollBack', why: { kind: 'evidence', reason: judged.says } };
}

/**
 * What holds back a canary that has passed its checks.
 *
 * @param next the next weights; undefined is promotion
 * @returns undefined where it may advance
 */
export function awaitEvidence(s: ReleaseState, f: Findings, next: Step | undefined, now: number): Step | undefined {
  const { judgement, progressDeadlineSeconds = Infinity } = policyOf(s);
  const judged = f.analysis?.judged;
  if (!judgement || !judged || next?.do === 'rescue' || next?.do === 'begin') return undefined;
  const isLast = next === undefined;
  const gate: Gate = isLast ? 'confirm-promotion' : 'confirm-traffic-increase';
  if (s.approved.includes(gate)) return undefined;
  if (judged.passedOver !== undefined) {
    const since = s.notCountedSince ?? now;
    const reason = judged.seen ?? judged.passedOver;
    if (judged.passedOver === 'both-bad' && judgement.shared) {
      return patient(judgement.shared, since, { gate, reason }, now);
    }
    if (now - since < progressDeadlineSeconds * 1000) return { do: 'weigh' };
    return { do: 'rollBack', why: { kind: 'not-counted', reason } };
  }
  const isProven =
    (isLast ? judgement.promotion : judgement.steps) === 'prove' ? judged.verdict === 'PASS' : judged.heard;
  if (isProven) return undefined;
  return patient(judgement.wait, s.weightSince, { gate, reason: judged.says }, now);
}

/** Evidence decides nothing yet: what the policy wants then depends on how long that has lasted. */
function patient(
  { seconds, text, then }: Patience,
  since: number,
  { gate, reason }: { readonly gate: Gate; readonly reason: string },
  now: number,
): Step | undefined {
  if (now - since < seconds * 1000) return { do: 'weigh' };
  switch (then) {
    case 'hold':
      return { do: 'weigh' };
    case 'ask':
      return { do: 'closeGate', gate, hook: JUDGE };
    case 'advance':
      return undefined;
    case 'rollback':
      return { do: 'rollBack', why: { kind: 'unproven', after: text, reason } };
  }
}
