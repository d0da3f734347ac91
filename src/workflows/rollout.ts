import { isCancellation, log, makeContinueAsNewFunc, setHandler, sleep, workflowInfo } from '@temporalio/workflow';
import { aftercareOf } from '../domain/aftercare/aftercare.js';
import { REFUSED } from '../domain/steps/failed.js';
import { statusOf } from '../domain/decision/effects.js';
import { releaseIdOf } from '../domain/identity.js';
import { initialState, resumed } from '../domain/initial.js';
import { noticesOfRetreat } from '../domain/notices/notices.js';
import { outcomeOf } from '../domain/record/outcome.js';
import { isActive } from '../domain/phases.js';
import { plan } from '../domain/decision/plan.js';
import { recorded } from '../domain/steps/common.js';
import { withLoadTests, withUndelivered } from '../domain/steps/reported.js';
import type { RunState } from '../domain/state.js';
import { startAftercare } from './aftercare.js';
import { Archivist } from './archivist.js';
import { stateQuery, type Outcome, type Resume, type RolloutInput } from './contract.js';
import { causeOf, completed } from './start.js';
import { OutboxDispatcher } from './outbox/outbox-dispatcher.js';
import { CORE, Driver, type Core } from './driver.js';
import { errorOf } from './failure.js';
import { guarded } from './guard.js';
import { detach } from './outbox/detach.js';
import { Inbox } from './inbox.js';
import { holderOf } from './lease-guard.js';
import { LoadTests } from './load-tests.js';
import { here, retreat, take, TAKING } from './activity-proxies.js';
import { Publisher } from './shown/publish.js';
import { TASK_WORK_MS, TaskWork } from './task-work.js';

/**
 * Everything that happens to a Canary from one rest to the next: initialising it, releasing a revision, correcting
 * drift, reverting it on deletion, recovering from a run that died. The core's first observation shows which it is.
 *
 * Never give it a run or execution timeout, and never terminate it to stop a release: both kill it without running its
 * rollback. Cancel it, or send it the order `abort`.
 */
export async function rollout(input: Partial<RolloutInput> = {}): Promise<Outcome> {
  return runRollout(completed(input), CORE);
}

/** The workflow with injected decisions. */
export async function runRollout(input: RolloutInput, core: Core): Promise<Outcome> {
  const runs = runsOf(input);
  let state: RunState | undefined = input.resume && resumed(input.resume.state);
  const get = (): RunState => state ?? fail();
  let driver: Driver | undefined;
  const inbox = new Inbox(
    () => state,
    () => driver?.upcoming,
    input.orders,
  );
  setHandler(stateQuery, () => ({ ...viewOf(state), runs }), { description: 'The whole state of the run.' });
  const publisher = new Publisher();
  const taskWork = new TaskWork();
  const loadTests = new LoadTests(input.canary);
  const release = releaseIdOf(input.canary, runs[0]);
  const archivist = new Archivist(input.canary, release);
  let dispatcher: OutboxDispatcher | undefined;

  return guarded(
    async () => {
      if (state === undefined) {
        const taking = { canary: input.canary, holder: holderOf(), leaseSeconds: input.leaseSeconds };
        const begun = await taskWork.do(
          () => here(TAKING).begin(taking, TASK_WORK_MS),
          () => take().begin(taking),
        );
        if (begun.gone) return goneOutcome(input);
        state = initialState(input.canary, input.cause, begun, Date.now());
      }
      const mail = (dispatcher = new OutboxDispatcher(input.canary, originOf(state), input.resume?.outbox));
      const whose = { canary: input.canary, release, leaseSeconds: input.leaseSeconds };
      driver = new Driver(whose, inbox, core, get, (next) => (state = next), mail, taskWork);
      for (;;) {
        publisher.publish(get());
        loadTests.follow(get());
        if (workflowInfo().continueAsNewSuggested && !loadTests.areRunning && !mail.isDelivering)
          await carryOn(input, inbox, { state: get(), outbox: mail.rest, runs });
        const more = await driver.turn();
        state = withLoadTests(get(), loadTests.drain(), Date.now());
        state = await archivist.lightened(withUndelivered(state, mail.drain(), Date.now()));
        if (more) continue;
        await loadTests.finish();
        state = withLoadTests(get(), loadTests.drain(), Date.now());
        state = recorded(get(), await detach(input.canary, mail, () => !inbox.isEmpty));
        if (!(await inbox.quiet())) continue;
        await archivist.archive(outcomeOf(get(), runs, Date.now()), state.archives);
        if (await inbox.quiet()) break;
      }
      publisher.publish(get());
      const watchedBy = await watched(get(), release, runs, archivist);
      await goOnForTheLate(input, driver);
      return { ...outcomeOf(get(), runs, Date.now()), ...(watchedBy === undefined ? {} : { watchedBy }) };
    },
    async (why) => {
      try {
        if (state === undefined || !isActive(state.phase)) return;
        const before = state;
        state = await comeHome(before, why);
        dispatcher?.post(noticesOfRetreat(before, state, state.ending?.reason ?? why, Date.now()));
        publisher.publish(state);
      } finally {
        const left = dispatcher ? await detach(input.canary, dispatcher, () => !inbox.isEmpty) : [];
        state &&= recorded(state, left);
        if (state) await archivist.archive(outcomeOf(cutShort(state, why), runs, Date.now()), state.archives);
      }
    },
  );
}

/** Watches the promoted version where the policy asks for that. A failure to do so is no reason to roll back. */
async function watched(
  state: RunState,
  release: string,
  runs: readonly string[],
  archivist: Archivist,
): Promise<string | undefined> {
  const aftercare = aftercareOf(state, release, Date.now());
  if (aftercare === undefined) return undefined;
  const after = archivist.broughtBy;
  const ended = after && outcomeOf(state, runs, Date.now());
  try {
    return await startAftercare({ aftercare, after: after ?? [], ...(ended ? { ended } : {}) });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.error('the promoted version is not watched', { error: String(error) });
    return undefined;
  }
}

/** Changes and orders that came after the end need another run. */
async function goOnForTheLate({ canary, leaseSeconds }: RolloutInput, { late, lateOrders }: Driver): Promise<void> {
  const [order] = lateOrders;
  const cause = order ? causeOf(order) : late;
  if (cause === undefined) return;
  await continueWith({ canary, leaseSeconds, cause, ...(order ? { orders: lateOrders } : {}) });
}

/** The guard's rollback: needs nothing but the state. */
async function comeHome(state: RunState, why: string): Promise<RunState> {
  const failed: RunState = {
    ...state,
    phase: 'Failed',
    weight: 0,
    failedChecks: 0,
    iterations: 0,
    promoted: state.undoing?.to || state.promoted,
    waiting: { for: 'nothing' },
  };
  const reason = `Rolling back ${state.canary.name}.${state.canary.namespace} ${why}`;
  const { servedBy } = await untilTaken((attempt) =>
    retreat(state.canary.cluster, reason).rollBack({
      canary: state.canary,
      // Nothing that this run may still have under way can write after this.
      fence: { epoch: state.epoch, seq: state.seq + 1 + attempt },
      lease: { kind: 'released' },
      holder: holderOf(),
      uid: state.uid,
      before: [],
      reason,
      status: statusOf(failed),
      at: Date.now(),
      observedGeneration: state.generation,
      observedApprovals: state.observedApprovals,
    }),
  );
  return { ...failed, weight: servedBy === 'canary' ? 100 : 0, ending: { kind: 'rolled-back', reason } };
}

const REFUSED_PAUSE = '10s';

/** The API server may refuse a write today and accept it tomorrow, when a user has fixed the cause. */
async function untilTaken<T>(write: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await write(attempt);
    } catch (error) {
      const failed = errorOf(error);
      if (failed.type !== REFUSED) throw error;
      log.error('the way back is refused, it is tried again', { why: failed.message });
      await sleep(REFUSED_PAUSE);
    }
  }
}

/** A long history is replaced by a new one, unless something has come in that must be handled first. */
async function carryOn(input: RolloutInput, inbox: Inbox, resume: Resume): Promise<void> {
  if (await inbox.quiet()) await continueWith({ ...input, resume });
}

/** The runs of the release up to this one; earlier versions haven't passed the first one on. */
function runsOf({ resume }: RolloutInput): readonly [string, ...string[]] {
  const { runId, firstExecutionRunId } = workflowInfo();
  const [first = firstExecutionRunId, ...others] = resume?.runs ?? [];
  return resume ? [first, ...others, runId] : [runId];
}

/** The state of a run that ended without a decision. */
function cutShort(state: RunState, why: string): RunState {
  return state.ending ? state : { ...state, ending: { kind: 'aborted', reason: why } };
}

/** Names the release: the same for all its runs. */
function originOf({ epoch }: RunState): string {
  return `${workflowInfo().firstExecutionRunId}.${epoch}`;
}

/** Continuing as new doesn't keep the memo by itself. */
function continueWith(input: RolloutInput): Promise<never> {
  return makeContinueAsNewFunc({ memo: workflowInfo().memo ?? {} })(input);
}

function viewOf(state: RunState | undefined): { state: RunState | undefined; waitsFor: string; ended: boolean } {
  if (state === undefined) return { state, waitsFor: 'take the lease', ended: false };
  const next = plan(state, Date.now());
  const waitsFor = 'summary' in next ? next.summary : next.do === 'awaitReady' ? `${next.of} pods` : next.do;
  return { state, waitsFor, ended: next.do === 'end' };
}

function goneOutcome(input: RolloutInput): Outcome {
  const now = new Date().toISOString();
  return {
    canary: input.canary,
    ending: { kind: 'gone', reason: 'the Canary does not exist' },
    cause: input.cause,
    revision: undefined,
    promoted: '',
    phase: '',
    weight: 0,
    failedChecks: 0,
    startedAt: now,
    endedAt: now,
    record: [],
    recordDropped: 0,
  };
}

function fail(): never {
  throw new Error('the state was needed before the run had taken over');
}
