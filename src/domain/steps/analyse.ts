import type { Decision } from '../decision/effects.js';
import { failedHook, failedMetric, type Analysis } from '../findings.js';
import { usedUp } from '../approvals/approvals.js';
import { messagesFor } from '../notices/messages.js';
import type { RunState } from '../state.js';
import { failuresInARow } from '../decision/judge.js';
import { intervalMs, policyOf } from '../state.js';
import { besideBaseline, type Weights } from '../weights.js';
import {
  apply,
  failure,
  normal,
  passes,
  recorded,
  sayOnce,
  status,
  tickLater,
  warning,
  type Context,
  type EventEffect,
} from './common.js';

/** What an analysis tick reports before its decision, in the order of its findings. */
export function preamble({ state, findings }: Context): readonly EventEffect[] {
  const say = messagesFor(state);
  const silent = (findings.rollback?.results ?? [])
    .filter((r) => !r.ok)
    .map((r) => normal(say.rollbackHookSilent(r.hook)));
  const starting = state.begun ? [] : [normal(say.starting), ...(state.policy?.notices ?? []).map(warning)];
  return [...silent, ...starting, ...passes(state, 'Pre-rollout', findings['pre-rollout'])];
}

/** The state with this tick's check counted and recorded. */
export function afterCheck({ state, findings, now }: Context): RunState {
  const { analysis } = findings;
  if (analysis === undefined) return state;
  const failed = failedHook({ results: analysis.hooks }) ?? failedMetric(analysis);
  const checked = {
    ...state,
    checkDueAt: now + intervalMs(state),
    unknownChecks: failed ? state.unknownChecks : 0,
    ...(failed ? {} : { failedInARow: undefined }),
  };
  const ok = failed === undefined;
  const { memory: _state, ...found } = analysis;
  const seen = withJudgement(withSeen(checked, analysis.seen), analysis, now);
  return recorded(seen, [{ at: now, what: 'analysis', weight: state.weight, ok, ...found }]);
}

/** The window has been handled, whether or not it counted. */
function withJudgement(state: RunState, { judged, memory }: Analysis, now: number): RunState {
  if (judged === undefined) return state;
  const notCountedSince = judged.passedOver === undefined ? undefined : (state.notCountedSince ?? now);
  return { ...state, notCountedSince, ...(memory ? { judgement: memory } : {}) };
}

/** Adds to the recorded weight the share of requests that it has led to. */
function withSeen(state: RunState, seen: Analysis['seen']): RunState {
  if (!seen || 'unknown' in seen) return state;
  const index = state.record.findLastIndex(({ what }) => what === 'weight');
  const entry = state.record[index];
  if (entry?.what !== 'weight' || entry.canary !== state.weight) return state;
  return { ...state, record: state.record.with(index, { ...entry, seen }) };
}

/** The canary gets more traffic. */
export function advance(context: Context, asked: Weights): Decision {
  const { state, findings, now } = context;
  const weights = policyOf(state).judgement?.baseline && findings.world.primary.ready ? besideBaseline(asked) : asked;
  const to = weights.canary;
  const moved = tickLater(
    {
      ...afterCheck(context),
      phase: 'Progressing',
      begun: true,
      skipStep: false,
      weight: to,
      weightSince: now,
      checkDueAt: now + intervalMs(state),
      gate: undefined,
      approved: state.approved.filter((gate) => gate !== 'confirm-traffic-increase'),
      approvals: usedUp(state, 'weight'),
    },
    now,
  );
  const confirmed = passes(state, 'Confirm-traffic-increase', findings['confirm-traffic-increase']);
  const [said, next] = sayOnce(moved, preamble(context));
  const advanceMessage = normal(messagesFor(state).advance(to));
  return apply(
    [...said, ...confirmed, { do: 'weights', ...weights }, status(next), advanceMessage],
    advanceMessage.message,
    next,
    now,
  );
}

/** The canary has the traffic already (its primary can't serve): only its analysis begins. */
export function begin(context: Context): Decision {
  const { state, now } = context;
  const next = tickLater({ ...state, begun: true, checkDueAt: now + intervalMs(state) }, now);
  return apply(preamble(context), 'start analysis', next, now);
}

/** The check failed: the canary keeps its weight, and one failed check is counted. */
export function halt(context: Context): Decision {
  const { state, now } = context;
  const inARow = policyOf(state).consecutiveFailures === undefined ? {} : { failedInARow: failuresInARow(state) };
  const counted = tickLater({ ...afterCheck(context), failedChecks: state.failedChecks + 1, ...inARow }, now);
  const [said, next] = sayOnce(counted, preamble(context));
  const why = haltMessages(context);
  return apply([...said, ...why, status(next)], summaryOfHalt(why), next, now);
}

/** The metrics provider failed: the canary keeps its weight, and no failed check is counted. */
export function hold(context: Context): Decision {
  const { state, now } = context;
  const unknown = { ...afterCheck(context), unknownChecks: state.unknownChecks + 1, unknownAt: now };
  const counted = tickLater(unknown, now);
  const [said, next] = sayOnce(counted, [...preamble(context), ...haltMessages(context)]);
  return apply(said, 'no judgement: the metrics provider failed', next, now);
}

/** The canary has passed its checks, and keeps its weight until the evidence suffices. No failed check is counted. */
export function weigh(context: Context): Decision {
  const { state, findings, now } = context;
  const judged = findings.analysis?.judged;
  const say = messagesFor(state);
  const isNews = state.notCountedSince === undefined;
  const why =
    judged?.passedOver === undefined
      ? [normal(say.waitingForEvidence(state.weight))]
      : isNews
        ? [warning(say.notCounted(judged.seen ?? judged.passedOver))]
        : [];
  const waiting = tickLater({ ...afterCheck(context), skipStep: false }, now);
  const [said, next] = sayOnce(waiting, [...preamble(context), ...why]);
  return apply(said, `waiting for evidence: ${judged?.seen ?? judged?.says ?? ''}`, next, now);
}

/** Why the check failed, in words for events. */
export function haltMessages({ state, findings }: Context): readonly EventEffect[] {
  const say = messagesFor(state);
  const preRollout = findings['pre-rollout'] && failedHook(findings['pre-rollout']);
  if (preRollout) return [warning(say.preRolloutFailed(preRollout.hook, preRollout.error ?? ''))];
  if (findings.analysis === undefined) return [];
  const hook = failedHook({ results: findings.analysis.hooks });
  if (hook) return [warning(say.externalCheckFailed(hook.hook, hook.error ?? ''))];
  const metric = failedMetric(findings.analysis);
  const unread = findings.analysis.judged?.unknown;
  if (metric === undefined && unread !== undefined) return [failure(say.notReadCounts(unread))];
  if (metric?.message === undefined) return [];
  return [metric.providerError ? failure(metric.message) : warning(metric.message)];
}

function summaryOfHalt(why: readonly EventEffect[]): string {
  return why[0]?.message ?? 'halt';
}
