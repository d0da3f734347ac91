import { isOpen, titleOf, gateView } from '../../domain/approvals/approvals.js';
import { HOOK_GATES } from '../../domain/approvals/gates.js';
import { courseOf, type Course, type CourseGate } from '../../domain/record/course.js';
import type { RunState } from '../../domain/state.js';
import type { CourseView, LiveGate } from '../schema/course.js';
import type { Gate } from '../schema/gate.js';

/** Course and progress of a release; undefined before its first observation. */
export function courseOfState(state: RunState): CourseView | undefined {
  return state.policy && courseView(courseOf(state.policy, state.iterations), state);
}

/**
 * A release's course as the API shows it.
 *
 * @param state of a release under way: undefined where it is unknown, or has ended, so that it waits at no gate
 */
export function courseView({ strategy, gates }: Course, state?: RunState): CourseView {
  const closed = state && gateOf(state);
  const { steps, ...rest } = strategy;
  const shown = gates.map((gate) => shownGate(gate, state, closed));
  return {
    strategy: { ...rest, ...(steps === undefined ? {} : { steps: [...steps] }) },
    gates: [...shown, ...unforeseen(closed, gates)],
  };
}

function shownGate(
  { hooks, groups, ...gate }: CourseGate,
  state: RunState | undefined,
  closed: Gate | undefined,
): LiveGate {
  const base = { ...gate, hooks: [...hooks], ...(groups === undefined ? {} : { groups: [...groups] }) };
  const approved = state !== undefined && isApproved(gate, state);
  const isClosed = closed?.gate === gate.gate && closed.policy === gate.policy;
  if (isClosed && !(approved && gate.policy !== undefined)) return { ...base, status: 'closed', ...closed };
  return { ...base, status: approved ? 'approved' : 'ahead' };
}

function isApproved({ gate, policy: title }: Pick<CourseGate, 'gate' | 'policy'>, state: RunState): boolean {
  if (title === undefined) return state.approved.some((approved) => approved === gate);
  const rule = state.policy?.approvals?.rules.find((one) => titleOf(one) === title);
  return rule !== undefined && state.applied !== undefined && isOpen(state, rule, state.applied);
}

/** A webhook's gate keeps a release waiting even after the webhook has been removed from the policy. */
function unforeseen(closed: Gate | undefined, gates: readonly CourseGate[]): LiveGate[] {
  if (closed === undefined || !HOOK_GATES.some((gate) => gate === closed.gate)) return [];
  return gates.some(({ gate }) => gate === closed.gate) ? [] : [{ ...closed, status: 'closed', hooks: [] }];
}

/** The gate at which a release waits, as the API shows it. */
export function gateOf(state: RunState): Gate | undefined {
  const view = gateView(state);
  if (view === undefined) return undefined;
  const { since, given, expiresAt, groups, ...rest } = view;
  return {
    ...rest,
    since: iso(since),
    given: given.map((one) => ({ ...one, at: iso(one.at) })),
    groups: [...groups],
    ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
