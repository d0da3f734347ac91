import { PROGRESSING_ALERT } from '../notices/alerts.js';
import type { Decision, Effect } from '../decision/effects.js';
import { messagesFor } from '../notices/messages.js';
import { policyOf, type RunState } from '../state.js';
import { seenRevision } from '../decision/seen.js';
import { apply, awaitingAfresh, normal, passes, status, warning, type Context } from './common.js';

/** The parts of the state that are reset when the analysis of a revision starts or restarts. */
function fromTheStart(state: RunState): RunState {
  return {
    ...state,
    phase: 'Progressing',
    failedChecks: 0,
    failedInARow: undefined,
    unknownChecks: 0,
    unknownAt: undefined,
    judgement: undefined,
    notCountedSince: undefined,
    iterations: 0,
    prepared: false,
    begun: false,
    skipStep: false,
    again: false,
    grown: false,
    gate: undefined,
    approved: [],
    said: [],
    lastDrift: [],
    shipment: undefined,
    returning: undefined,
  };
}

/** A new revision: scale the canary up. */
export function start(context: Context, weight: number): Decision {
  const { state, findings, now } = context;
  const revision = seenRevision(state, findings);
  const say = messagesFor(state);
  const awaited = reasonToWait(context);
  const mending = awaited === undefined ? undefined : true;
  const next = awaitingAfresh(
    context,
    { ...fromTheStart(state), applied: revision, weight, weightSince: now, mending },
    'canary',
  );
  const effects: Effect[] = [
    ...passes(state, 'Confirm-rollout', findings['confirm-rollout']),
    { ...normal(say.scalingUp), phase: 'Progressing' },
    ...(awaited === undefined ? [] : [warning(say.mending(awaited))]),
    { do: 'keep', revision },
    { do: 'scaleUp', ...(isComparedWithBaseline(context) ? { baseline: true } : {}) },
    ...withoutFailedPromotion(context),
    status(next),
  ];
  return apply(effects, `scale up ${state.canary.name}`, next, now, [PROGRESSING_ALERT]);
}

/** A version that isn't ready can't be compared with: a fix is released without comparison. */
function isComparedWithBaseline({ state, findings }: Context): boolean {
  const { judgement, skipAnalysis } = policyOf(state);
  return judgement?.baseline === true && !skipAnalysis && !state.stranded && findings.world.primary.ready;
}

/** Why the primary isn't ready, where the release could wait for it and doesn't. */
function reasonToWait({ state, findings }: Context): string | undefined {
  const { primary } = findings.world;
  if (primary.ready || state.stranded || policyOf(state).skipAnalysis) return undefined;
  return primary.reason;
}

/**
 * A revision that the primary couldn't roll out is no version to return to: the primary gets its former content back.
 */
function withoutFailedPromotion({ state, findings }: Context): readonly Effect[] {
  return state.stranded && findings.world.edition !== undefined ? [{ do: 'restore' }] : [];
}

/** A newer revision during the analysis: the canary loses its traffic, and the analysis restarts at the first step. */
export function restart(context: Context): Decision {
  const { state, findings, now } = context;
  const weight = state.stranded ? 100 : 0;
  const revision = seenRevision(state, findings);
  const next = awaitingAfresh(
    context,
    {
      ...fromTheStart(state),
      ...{ applied: revision, weight, weightSince: now },
      ...{ approvals: undefined, promoteNow: false },
    },
    'canary',
  );
  const off: Effect[] = state.stranded ? [] : [{ do: 'weights', primary: 100, canary: 0 }];
  const effects: Effect[] = [normal(messagesFor(state).restarting), ...off, { do: 'keep', revision }, status(next)];
  return apply(effects, 'restart analysis', next, now);
}
