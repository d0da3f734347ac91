import { undoneAlert } from '../notices/alerts.js';
import type { Decision, Effect } from '../decision/effects.js';
import { messagesFor } from '../notices/messages.js';
import type { Order } from '../orders/orders.js';
import { hasHooks } from '../policy.js';
import type { RestoreOptions } from '../orders/restore-options.js';
import type { Undoing } from '../orders/intents.js';
import type { RunState } from '../state.js';
import { ALL_TO_PRIMARY, EVERYBODY_TO_CANARY } from '../weights.js';
import { apply, awaitingAfresh, ended, normal, status, tickNow, warning, type Context } from './common.js';

/**
 * An order to restore the version from before the last promotion. From here on the promotion counts as unfinished: if
 * this run dies, the rollback by another process restores the former version in the primary as well.
 */
export function undo(
  state: RunState,
  { by, reason }: Order,
  options: RestoreOptions | undefined,
  now: number,
): Decision {
  const previous = options?.previous === 'undone' ? undefined : options?.previous;
  const undoing: Undoing = { stage: previous?.warm ? 'divert' : 'restore', by, reason, to: previous?.revision ?? '' };
  const next = tickNow({ ...state, phase: 'Promoting', undoing, grown: false, fresh: true }, now);
  const message = warning(messagesFor(state).undoing(by, reason));
  return apply([{ do: 'reopen' }, status(next), message], message.message, next, now);
}

/** Warm pods of the former version serve until the primary can. */
export function divert({ state, now }: Context): Decision {
  const message = normal(messagesFor(state).routingToPrevious);
  const next = tickNow({ ...state, weight: 100, weightSince: now, undoing: diverted(state) }, now);
  const effects: Effect[] = [{ do: 'divert' }, { do: 'weights', ...EVERYBODY_TO_CANARY }, message, status(next)];
  return apply(effects, message.message, next, now);
}

/** Where warm pods aren't available after all, the primary's own rolling update restores the former version. */
export function withoutWarmPods(state: RunState, now: number): RunState {
  return state.undoing?.stage === 'divert' ? tickNow({ ...state, undoing: at(state, 'restore') }, now) : state;
}

/** The former version rolls out in the primary. */
export function restorePrimary(context: Context): Decision {
  const { state, now } = context;
  const message = normal(messagesFor(state).restoringPrimary);
  const next = awaitingAfresh(context, { ...state, undoing: at(state, 'home') }, 'primary');
  return apply([{ do: 'restore' }, message], message.message, next, now);
}

/**
 * The primary serves the former version: the state is that of a release that has failed.
 *
 * @param unready why the primary isn't ready, where the release no longer waits for it
 */
export function comeHome({ state, now }: Context, unready?: string): Decision {
  const say = messagesFor(state);
  const { by = '', reason = '', to = '' } = state.undoing ?? {};
  const message = warning(say.undone(by, reason, unready));
  const failed: RunState = {
    ...state,
    phase: 'Failed',
    weight: 0,
    stranded: false,
    failedChecks: 0,
    iterations: 0,
    promoted: to === '' ? state.promoted : to,
    undoing: undefined,
  };
  const ending = { kind: 'undone', reason: message.message } as const;
  const hooks = state.policy !== undefined && hasHooks(state.policy, 'post-rollout');
  const next: RunState = hooks ? { ...failed, waiting: { for: 'hooks' }, ending } : ended(failed, ending);
  const effects: Effect[] = [
    normal(say.routingToPrimary),
    { do: 'weights', ...ALL_TO_PRIMARY },
    { do: 'drain' },
    { do: 'pointBack' },
    { do: 'scaleDown' },
    status(next),
    message,
  ];
  return apply(effects, message.message, next, now, [undoneAlert(by, reason)]);
}

function diverted(state: RunState): Undoing | undefined {
  const undoing = at(state, 'restore');
  return undoing && { ...undoing, diverted: true };
}

function at({ undoing }: RunState, stage: Undoing['stage']): Undoing | undefined {
  return undoing && { ...undoing, stage };
}
