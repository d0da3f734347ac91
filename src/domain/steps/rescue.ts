import type { Decision, Effect } from '../decision/effects.js';
import { usedUp } from '../approvals/approvals.js';
import { messagesFor } from '../notices/messages.js';
import type { RunState } from '../state.js';
import { intervalMs } from '../state.js';
import { overdueAt } from '../decision/patience.js';
import { seenRevision } from '../decision/seen.js';
import { ALL_TO_PRIMARY, EVERYBODY_TO_CANARY } from '../weights.js';
import { afterCheck, preamble } from './analyse.js';
import {
  apply,
  awaiting,
  normal,
  passes,
  sayOnce,
  status,
  tickLater,
  tickNow,
  warning,
  type Context,
} from './common.js';

/** The primary isn't ready and won't recover by itself: the release that can fix it no longer waits for it. */
export function mend({ state, now }: Context, reason: string): Decision {
  const message = warning(messagesFor(state).mending(reason));
  return apply([message], message.message, tickNow({ ...state, mending: true }, now), now);
}

/** The primary serves no users: all users get the canary now, and its analysis continues. */
export function rescue(context: Context): Decision {
  const { state, findings, now } = context;
  const moved = tickLater(
    {
      ...afterCheck(context),
      ...{ phase: 'Progressing', begun: true, skipStep: false, stranded: true, gate: undefined },
      ...{ weight: 100, weightSince: now, checkDueAt: now + intervalMs(state), approvals: usedUp(state, 'weight') },
    },
    now,
  );
  const confirmed = passes(state, 'Confirm-traffic-increase', findings['confirm-traffic-increase']);
  const message = warning(messagesFor(state).rescuing);
  const [said, next] = sayOnce(moved, [...preamble(context), message]);
  const effects: Effect[] = [...said, ...confirmed, { do: 'weights', ...EVERYBODY_TO_CANARY }, status(next)];
  return apply(effects, message.message, next, now);
}

/** The primary is lost while traffic returns to it: all users get the canary until the primary serves. */
export function shelter({ state, now }: Context): Decision {
  const message = warning(messagesFor(state).rescuing);
  const [said, next] = sayOnce({ ...state, phase: 'Promoting', weight: 100, weightSince: now }, [message]);
  const waiting = awaiting(next, 'primary', overdueAt(next, 'primary'));
  return apply([...said, { do: 'weights', ...EVERYBODY_TO_CANARY }, status(waiting)], message.message, waiting, now);
}

/**
 * After a failed promotion the target is back at the promoted version: the primary gets that version back, too, and
 * then the traffic. Its former content is restored unchanged, so that pods of it which still run keep serving.
 */
export function goBack({ state, findings, now }: Context): Decision {
  const message = normal(messagesFor(state).goingBack);
  const back: RunState = {
    ...state,
    ...{ phase: 'Promoting', applied: seenRevision(state, findings), weight: 100, begun: true, returning: true },
    ...{ gate: undefined, failedChecks: 0, unknownChecks: 0, iterations: 0, said: [], unready: undefined },
  };
  const next = tickNow({ ...back, fresh: true }, now);
  const restore: Effect[] = findings.world.sameAsPrimary ? [] : [{ do: 'restore' }];
  return apply([message, ...restore, status(next)], message.message, next, now);
}

/** After a failed promotion the target holds a new revision: users don't get it, since the primary's pods suffice. */
export function retreat({ state, now }: Context): Decision {
  const message = warning(messagesFor(state).retreating);
  const next = tickNow(
    { ...state, stranded: false, weight: 0, weightSince: now, fresh: true, unready: undefined },
    now,
  );
  const effects: Effect[] = [{ do: 'weights', ...ALL_TO_PRIMARY }, message, { do: 'restore' }, status(next)];
  return apply(effects, message.message, next, now);
}
