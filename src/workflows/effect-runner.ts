import { CancellationScope } from '@temporalio/workflow';
import type { Happening } from '../domain/decision/decide.js';
import { statusOf, type Decision } from '../domain/decision/effects.js';
import { sinceRouted } from '../domain/decision/routed.js';
import type { Notice } from '../domain/notices/notice.js';
import { withoutDeeds } from '../domain/record/record.js';
import type { RunState } from '../domain/state.js';
import { REFUSAL_REPORT, REFUSED } from '../domain/steps/failed.js';
import type { Applied } from './activities.js';
import { act, retreat } from './activity-proxies.js';
import { failureOf } from './failure.js';
import { guardOf, type Whose } from './lease-guard.js';
import type { OutboxDispatcher } from './outbox/outbox-dispatcher.js';
import type { TaskWork } from './task-work.js';

const FAREWELL_MS = 10_000;

/** Carries decisions out. The state changes only after the cluster has. */
export class EffectRunner {
  /** The state of the run once the current effects are done. */
  upcoming: RunState | undefined;
  private hasSaidFarewell = false;

  constructor(
    private readonly whose: Whose,
    private readonly get: () => RunState,
    private readonly set: (state: RunState) => void,
    private readonly dispatcher: OutboxDispatcher,
    private readonly taskWork: TaskWork,
  ) {}

  private get state(): RunState {
    return this.get();
  }

  /** @returns the result, where the next decision depends on it */
  async run(decision: Decision): Promise<Happening | undefined> {
    this.upcoming = decision.do === 'rollBack' ? decision.next('primary') : decision.next;
    const happened = await this.runNow(decision);
    this.upcoming = undefined;
    return happened;
  }

  private async runNow(decision: Decision): Promise<Happening | undefined> {
    switch (decision.do) {
      case 'nothing':
        this.set(decision.next);
        return undefined;
      case 'apply':
        return this.apply(decision);
      case 'rollBack':
        return this.rollBack(decision);
    }
  }

  private async apply(decision: Decision & { do: 'apply' }): Promise<Happening | undefined> {
    const exposes = decision.effects.some(
      (effect) => effect.do === 'promote' || (effect.do === 'weights' && effect.canary > this.state.weight),
    );
    const leaves = decision.effects.some((effect) => effect.do === 'revert');
    if (leaves) await this.sayFarewell(decision.notices ?? []);
    this.taskWork.released();
    try {
      // Half-done effects are worse than late ones: an order waits until they are done.
      const applied = await CancellationScope.nonCancellable(() =>
        act(decision.summary, exposes).apply({
          ...guardOf(this.whose, this.state, decision.next),
          effects: decision.effects,
          at: Date.now(),
          observedGeneration: decision.next.generation,
          observedApprovals: decision.next.observedApprovals,
          release: this.whose.release,
        }),
      );
      if (applied.overtaken) {
        this.stay(decision.next);
        return { type: 'overtaken' };
      }
      const { shipment = decision.next.shipment } = applied;
      this.set({ ...whenApplied(this.state, decision.next, applied), shipment, seq: this.state.seq + 1 });
    } catch (error) {
      this.stay(decision.next);
      const failed = failureOf(error);
      if (failed.error.type !== REFUSED || decision.summary !== REFUSAL_REPORT) return failed;
      // Where not even the report is possible, the next observation comes all the same, after a wait.
      this.set({ ...decision.next, record: this.state.record, seq: this.state.seq });
      return undefined;
    }
    if (!leaves) this.dispatcher.post(decision.notices ?? []);
    return undefined;
  }

  /**
   * Recipients are named in the Canary: they are notified before it is deleted, and the deletion waits a moment for
   * that.
   */
  private async sayFarewell(notices: readonly Notice[]): Promise<void> {
    if (this.hasSaidFarewell) return;
    this.hasSaidFarewell = true;
    this.dispatcher.post(notices);
    await this.dispatcher.settle(FAREWELL_MS);
  }

  private async rollBack(decision: Decision & { do: 'rollBack' }): Promise<Happening | undefined> {
    const next = decision.next('primary');
    this.taskWork.released();
    let servedBy: 'primary' | 'canary';
    try {
      const done = await CancellationScope.nonCancellable(() =>
        retreat(this.whose.canary.cluster, decision.summary).rollBack({
          ...guardOf(this.whose, this.state, next),
          before: decision.before,
          ...(this.state.told === undefined ? {} : { told: this.state.told }),
          reason: decision.summary,
          status: statusOf(next),
          at: Date.now(),
          observedGeneration: this.state.generation,
          observedApprovals: this.state.observedApprovals,
        }),
      );
      servedBy = done.servedBy;
    } catch (error) {
      this.stay(next);
      return { ...failureOf(error), rollingBack: true };
    }
    this.set({ ...decision.next(servedBy), seq: this.state.seq + 1 });
    this.dispatcher.post(decision.notices?.(servedBy) ?? []);
    return undefined;
  }

  /** The decision could not be carried out: only the record shows that it was made. */
  private stay({ record: decided }: RunState): void {
    const { record, seq } = this.state;
    this.set({ ...this.state, record: withoutDeeds(record, decided), seq: seq + 1 });
  }
}

function whenApplied(before: RunState, next: RunState, { routedMsAgo }: Applied): RunState {
  return routedMsAgo === undefined ? next : sinceRouted(before, next, Date.now() - routedMsAgo);
}
