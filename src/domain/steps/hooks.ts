import { successAlert } from '../notices/alerts.js';
import type { Decision } from '../decision/effects.js';
import type { HookRound } from '../findings.js';
import { messagesFor } from '../notices/messages.js';
import type { RunState } from '../state.js';
import { withCalls } from './calls.js';
import { apply, ended, normal, passes, warning } from './common.js';

/** Post-rollout hooks have been called, so the final event can be recorded. */
export function afterPostRollout(before: RunState, round: HookRound, now: number): Decision {
  const state = withCalls(before, 'post-rollout', round.results, now);
  const say = messagesFor(state);
  const failures = round.results.filter((r) => !r.ok).map((r) => warning(say.postRolloutFailed(r.hook, r.error ?? '')));
  const ending = state.ending ?? { kind: 'reconciled', reason: '' };
  const last = ending.kind === 'promoted' ? [normal(ending.reason)] : [];
  return apply(
    [...passes(state, 'Post-rollout', round), ...failures, ...last],
    'post-rollout hooks called',
    ended(state, ending),
    now,
    ending.kind === 'promoted' ? [successAlert(state, ending.reason)] : [],
  );
}
