import { isPolicyGate } from '../approvals/approvals.js';
import type { Decision } from './effects.js';
import type { Findings, HookRound, Readiness, World } from '../findings.js';
import { messagesFor } from '../notices/messages.js';
import { announced } from '../notices/notices.js';
import type { Order } from '../orders/orders.js';
import { outageAfter, unreadyAfter } from './patience.js';
import { isActive } from '../phases.js';
import type { RestoreOptions } from '../orders/restore-options.js';
import type { Change, RunState } from '../state.js';
import { advance, begin, halt, hold, weigh } from '../steps/analyse.js';
import { awaitApproval, noteExpiry } from '../steps/approval.js';
import { withCallsOf } from '../steps/calls.js';
import { nothing, sayOnce, tickNow, warning, type Context, type EventEffect } from '../steps/common.js';
import { iterate, shift } from '../steps/iterate.js';
import { failed, type FailedEffects } from '../steps/failed.js';
import { closeGate } from '../steps/gate.js';
import { afterPostRollout } from '../steps/hooks.js';
import { build, initialise } from '../steps/initialise.js';
import { obey } from '../steps/orders.js';
import { withRefusals } from '../steps/refusals.js';
import { failPromotion, finish, grow, movePrimary, promote, skip } from '../steps/promote.js';
import {
  awaitReady,
  end,
  note,
  reconcile,
  refusalMessage,
  refuse,
  report,
  reportRefusal,
  sayNotReady,
  suspend,
  withdraw,
} from '../steps/rest.js';
import { goBack, mend, rescue, retreat, shelter } from '../steps/rescue.js';
import { rollBack } from '../steps/rollback.js';
import { restart, start } from '../steps/start.js';
import { revert, terminate } from '../steps/terminate.js';
import { comeHome, divert, restorePrimary } from '../steps/undo.js';
import { tick } from './tick.js';
import type { Step } from './step.js';

/** What can happen to a run. */
export type Happening =
  /** `asOf` is when the world was observed: whether the analysis was due depends on it. */
  | { readonly type: 'observed'; readonly findings: Findings; readonly asOf: number }
  | { readonly type: 'readiness'; readonly of: 'primary' | 'canary'; readonly readiness: Readiness | 'changed' }
  /** `recall` is what the cluster still has, for orders about ended releases. */
  | { readonly type: 'order'; readonly order: Order; readonly recall?: RestoreOptions }
  | { readonly type: 'submitted'; readonly change: Change }
  | { readonly type: 'hooked'; readonly round: HookRound }
  /** Promotion found another revision in the target than the one analysed. */
  | { readonly type: 'overtaken' }
  | ({ readonly type: 'failed' } & FailedEffects);

/**
 * Decides what a happening means for a run: what to do, and the state after that is done.
 * Pure; never throws on any state and happening that the driver can produce.
 *
 * @param now milliseconds since 1970
 */
export function decide(state: RunState, happening: Happening, now: number): Decision {
  const decision = announced(state, decided(state, happening, now), now);
  return happening.type === 'failed' ? decision : withoutRepeats(state, decision);
}

/**
 * A decision whose effects failed is made again until they succeed, or another decision replaces it. Its events are
 * recorded once; recipients outside and the record get them when all effects have succeeded.
 */
function withoutRepeats({ told }: RunState, decision: Decision): Decision {
  if (told === undefined || decision.do !== 'apply') return decision;
  const effects = decision.effects.filter((effect) => effect.do !== 'event' || !told.includes(effect.message));
  return { ...decision, effects, next: { ...decision.next, told: undefined } };
}

function decided(state: RunState, happening: Happening, now: number): Decision {
  switch (happening.type) {
    case 'observed':
      return observed(state, happening.findings, happening.asOf, now);
    case 'readiness':
      return readiness(state, happening.of, happening.readiness, now);
    case 'order':
      return obey(state, happening.order, happening.recall, now);
    case 'submitted':
      return nothing(state.ending ? state : tickNow(causedBy(state, happening.change), now));
    case 'hooked':
      return afterPostRollout(state, happening.round, now);
    case 'overtaken':
      return nothing(tickNow({ ...state, fresh: true }, now));
    case 'failed':
      return failed(state, happening, now);
  }
}

/**
 * A person's request says more about the reason than the watch process, which may have been quicker. Where a gate has
 * been opened elsewhere its webhook is called at once, after a check of what it lets through.
 */
function causedBy(state: RunState, change: Change): RunState {
  const opens = change.kind === 'gate' && state.gate !== undefined;
  const checkDueAt = opens ? 0 : state.checkDueAt;
  const gate = opens && !isPolicyGate(state.gate) ? { ...state.gate, askedAgainAt: 0 } : state.gate;
  const asks = change.kind === 'request' || change.kind === 'target' || change.kind === 'config';
  const triggers = asks && !state.triggers.includes(change.by) ? [...state.triggers, change.by] : state.triggers;
  return { ...state, fresh: true, checkDueAt, gate, triggers, cause: change.kind === 'request' ? change : state.cause };
}

function observed(before: RunState, findings: Findings, asOf: number, now: number): Decision {
  const { world } = findings;
  const policy = world.policy ?? before.policy;
  // A spec that is refused during a release isn't handled: the next run reports it on the condition.
  const refused = isActive(before.phase) ? undefined : world.refusal?.generation;
  const generation = refused ?? policy?.generation ?? before.generation;
  const weight = world.weights?.canary ?? before.weight;
  const isLeft = world.refusal !== undefined && refused === undefined;
  const observedApprovals = isLeft ? before.observedApprovals : (world.approvals ?? '');
  const unready = unreadyAfter(before.unready, world, asOf);
  const outage = outageAfter({ ...before, policy }, world, asOf);
  const seen = { policy, generation, observedApprovals, weight, unready, outage };
  const state = withCallsOf({ ...before, ...seen, fresh: false }, findings, asOf);
  const step = tick(state, findings, asOf);
  const taken = take({ state, findings, now }, step);
  const decision = isProblem(step) || world.problem !== undefined ? taken : withoutProblem(taken);
  const reported = withEvents(decision, (world.leftAlone ?? []).map(warning));
  const noticed = isActive(before.phase) ? withNotices(before, state, world, reported) : reported;
  return withRefusals(noticed, world.refusals ?? [], now);
}

function isProblem(step: Step): boolean {
  return (
    step.do === 'report' ||
    step.do === 'ask' ||
    (step.do === 'awaitReady' && !step.readiness.ready && !step.readiness.retriable)
  );
}

/** A problem is solved once this decision is carried out. */
function withoutProblem(decision: Decision): Decision {
  if (decision.do === 'rollBack') return decision;
  return { ...decision, next: { ...decision.next, problem: undefined, stuckSince: undefined } };
}

/**
 * What to report about a release under way in addition to the decision: somebody else set the route's weights (those
 * count, so the release continues from them), or the spec was edited and is now invalid (the last valid one holds).
 */
function withNotices(before: RunState, state: RunState, world: World, decision: Decision): Decision {
  const foreign =
    state.weight === before.weight ? [] : [warning(messagesFor(state).foreignWeight(state.weight, before.weight))];
  const refused = world.refusal ? [warning(refusalMessage(world.refusal))] : [];
  return withEvents(decision, [...foreign, ...refused]);
}

/** Reports once for a revision what an observation has found, in addition to the decision. */
function withEvents(decision: Decision, events: readonly EventEffect[]): Decision {
  if (decision.do !== 'apply' && decision.do !== 'nothing') return decision;
  const [said, next] = sayOnce(decision.next, events);
  if (said.length === 0) return decision;
  if (decision.do === 'apply') return { ...decision, effects: [...said, ...decision.effects], next };
  return { do: 'apply', effects: said, summary: 'say what was noticed', next };
}

function take(context: Context, step: Step): Decision {
  switch (step.do) {
    case 'ask':
      // The answers are for another state (an order came in between): look again.
      return nothing(tickNow(context.state, context.now));
    case 'end':
      return end(context, step.why);
    case 'refuse':
      return refuse(context, step.refusal);
    case 'report':
      return step.refused
        ? reportRefusal(context, step.problem, step.until)
        : report(context, step.problem, step.until);
    case 'suspend':
      return suspend(context);
    case 'terminate':
      return terminate(context);
    case 'revert':
      return revert(context);
    case 'build':
      return build(context);
    case 'stay':
      return nothing({ ...context.state, waiting: { for: 'order' } });
    case 'wait':
      return nothing({ ...context.state, waiting: { for: 'tick', at: step.until } });
    case 'awaitReady':
      return awaitReady(context, step.of, step.readiness, step.until);
    case 'initialise':
      return initialise(context);
    case 'reconcile':
      return reconcile(context);
    case 'note':
      return note(context);
    case 'closeGate':
      return closeGate(context, step.gate, step.hook);
    case 'awaitApproval':
      return awaitApproval(context, step.rule, step.why);
    case 'noteExpiry':
      return noteExpiry(context, step.rule);
    case 'start':
      return start(context, step.weight);
    case 'begin':
      return begin(context);
    case 'mend':
      return mend(context, step.reason);
    case 'rescue':
      return rescue(context);
    case 'shelter':
      return shelter(context);
    case 'goBack':
      return goBack(context);
    case 'retreat':
      return retreat(context);
    case 'restart':
      return restart(context);
    case 'withdraw':
      return withdraw(context);
    case 'halt':
      return halt(context);
    case 'hold':
      return hold(context);
    case 'weigh':
      return weigh(context);
    case 'advance':
      return advance(context, step.weights);
    case 'iterate':
      return iterate(context, step.weights);
    case 'shift':
      return shift(context, step.mirrored);
    case 'promote':
      return promote(context);
    case 'skip':
      return skip(context);
    case 'rollBack':
      return rollBack(context, step.why);
    case 'failPromotion':
      return failPromotion(context, step.reason);
    case 'movePrimary':
      return movePrimary(context, step.weights);
    case 'grow':
      return grow(context, step.pods);
    case 'finish':
      return finish(context);
    case 'divert':
      return divert(context);
    case 'restorePrimary':
      return restorePrimary(context);
    case 'comeHome':
      return comeHome(context, step.unready);
  }
}

function readiness(state: RunState, of: 'primary' | 'canary', seen: Readiness | 'changed', now: number): Decision {
  if (state.waiting.for !== 'readiness' || state.waiting.of !== of) return nothing(state);
  if (seen === 'changed') return nothing(tickNow({ ...state, fresh: true }, now));
  if (seen.ready) return nothing(tickNow(state, now));
  // Where waiting longer won't help, or there is something else to do, the tick decides what that means in this phase.
  const isOver = !seen.retriable || now >= (state.waiting.until ?? Infinity);
  if (state.waiting.said === seen.reason) return nothing(isOver ? tickNow(state, now) : state);
  return sayNotReady(state, of, seen, isOver, now);
}
