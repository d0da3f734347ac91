import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import { apply } from '../../../src/activities/apply.js';
import type { Dependencies } from '../../../src/dependencies.js';
import { toFailure } from '../../../src/activities/failures.js';
import { observe } from '../../../src/activities/observe.js';
import { rollBack } from '../../../src/activities/rollback.js';
import { decide } from '../../../src/domain/decision/decide.js';
import { statusOf, type Decision, type Effect } from '../../../src/domain/decision/effects.js';
import { leaseTerm } from '../../../src/domain/decision/plan.js';
import { isActive } from '../../../src/domain/phases.js';
import type { Revision } from '../../../src/domain/revision.js';
import type { RunState } from '../../../src/domain/state.js';
import type { ApiClient } from '../../../src/kube/client.js';
import { CANARIES } from '../../../src/kube/object.js';
import { APISIX_ROUTES } from '../../../src/routers/apisix/route.js';
import { asked } from '../../../src/workflows/asked.js';
import { begun, LEASE_SECONDS } from './begun.js';
import { createObjects, type AppParts } from './app.js';
import { CLUSTER } from './dependencies.js';
import { standing } from './standing.js';
import type { PhaseName } from './table.js';

/** A Canary in one phase, with a run that is driven by hand. */
export class Rig {
  state: RunState;
  /** What events have reported since the last fault. */
  said: string[] = [];
  private runs = 1;
  private holder = 'run-1';
  private uid = '';

  private ahead = 0;
  private acting: Dependencies;

  private constructor(
    deps: Dependencies,
    readonly namespace: string,
    readonly name: string,
    readonly phase: PhaseName,
    state: RunState,
    /** Whoever looks at what comes of it, and meddles. */
    readonly admin: ApiClient,
  ) {
    this.state = state;
    this.acting = this.aheadOf(deps);
  }

  /** @param options.admin a client that may do everything, where the run's own may not */
  static async open(
    deps: Dependencies,
    namespace: string,
    name: string,
    phase: PhaseName,
    { admin = deps.cache.client, app }: { readonly admin?: ApiClient; readonly app?: AppParts } = {},
  ): Promise<Rig> {
    await createObjects(admin, namespace, name, app);
    return Rig.of(deps, namespace, name, phase, admin);
  }

  /** As {@link open}, of a Canary that is there, with all that it needs. */
  static async of(
    deps: Dependencies,
    namespace: string,
    name: string,
    phase: PhaseName,
    admin: ApiClient = deps.cache.client,
  ): Promise<Rig> {
    const rig = await Rig.begun(deps, namespace, name, phase, admin);
    await rig.bringThere();
    return rig;
  }

  /** A run that has just begun, and has done nothing yet, of a Canary that is there. */
  static async begun(
    deps: Dependencies,
    namespace: string,
    name: string,
    phase: PhaseName,
    admin: ApiClient = deps.cache.client,
  ): Promise<Rig> {
    const state = await begun(deps, namespace, name, 'run-1');
    const rig = new Rig(deps, namespace, name, phase, state, admin);
    rig.uid = (await deps.cache.get(CANARIES, namespace, name))?.metadata.uid ?? '';
    return rig;
  }

  get deps(): Dependencies {
    return this.acting;
  }

  /** From now on the run acts by these: another process has it. */
  use(deps: Dependencies): void {
    this.acting = this.aheadOf(deps);
  }

  private aheadOf(deps: Dependencies): Dependencies {
    return { ...deps, now: () => deps.now() + this.ahead };
  }

  private get key() {
    return { cluster: CLUSTER, namespace: this.namespace, name: this.name };
  }

  /** Looks and repairs until the run would do something else. @returns what that is */
  async settle(fresh = false): Promise<Decision> {
    for (let i = 0; i < 8; i += 1) {
      const findings = await this.observe(fresh);
      const decision = decide(this.state, { type: 'observed', findings, asOf: this.deps.now() }, this.deps.now());
      if (decision.do === 'rollBack') return decision;
      const effects = decision.do === 'apply' ? decision.effects : [];
      this.hear(effects);
      const isRepair = effects.some(({ do: what }) => what === 'reconcile' || what === 'build');
      if (!isRepair) {
        await this.mark(decision);
        return decision;
      }
      const failed = await this.failing(() => this.apply(effects, decision.next));
      if (failed) return failed;
      this.state = { ...decision.next, seq: this.state.seq + 1 };
    }
    return assert.fail(`${this.name} goes on repairing for ever: ${this.said.join('\n')}`);
  }

  /**
   * Does something as the driver does it.
   *
   * @returns what is decided where it can't be done; undefined where it can
   */
  async failing(work: () => Promise<void>, rollingBack = false): Promise<Decision | undefined> {
    try {
      await work();
      return undefined;
    } catch (thrown) {
      const failure = toFailure(thrown, 'final');
      if (!(failure instanceof ApplicationFailure) || failure.type === 'Fenced') throw thrown;
      const error = { type: failure.type ?? 'Error', message: failure.message };
      const happening = { type: 'failed', error, ...(rollingBack ? { rollingBack } : {}) } as const;
      this.state = { ...this.state, seq: this.state.seq + 1 };
      const decision = decide(this.state, happening, this.deps.now());
      if (decision.do === 'apply') this.hear(decision.effects);
      await this.mark(decision);
      return decision;
    }
  }

  /** What Kubernetes shows to whoever asks for the Canary. */
  async condition(): Promise<{ readonly reason?: string; readonly message?: string; readonly status?: string }> {
    const object = await this.admin.get(CANARIES, this.namespace, this.name);
    const { conditions = [] } = (object?.['status'] ?? {}) as { conditions?: readonly object[] };
    return conditions[0] ?? {};
  }

  /** What the target holds now. */
  async revision(): Promise<Revision> {
    return (await this.observe()).world.revision ?? assert.fail('the target holds nothing new');
  }

  /** How our route divides the traffic; undefined where there is none. */
  async canaryWeight(): Promise<number | undefined> {
    const route = await this.admin.get(APISIX_ROUTES, this.namespace, `${this.name}-${this.name}-app-canary`);
    const [rule] = ((route?.['spec'] ?? {}) as { http?: { backends: { serviceName: string; weight?: number }[] }[] })
      .http ?? [undefined];
    return rule?.backends.find(({ serviceName }) => serviceName.endsWith('-canary'))?.weight ?? (rule && 0);
  }

  /** Time goes by. */
  later(ms: number): void {
    this.ahead += ms;
  }

  /** Carries out the reports of a decision; the run continues as it would. */
  private async mark(decision: Decision): Promise<void> {
    if (decision.do === 'rollBack') return;
    const told = decision.do === 'apply' ? decision.effects : [];
    const effects = told.filter(({ do: what }) => what === 'condition' || what === 'status');
    if (effects.length > 0) await this.apply(effects);
    const { said, refusals, problem, stuckSince, markedInvalid } = decision.next;
    this.state = { ...this.state, said, refusals, problem, stuckSince, markedInvalid };
  }

  /** What the phase does about a fault. @returns what it would do next, where that is decided */
  async react(): Promise<Decision | undefined> {
    if (this.phase !== 'rolling back') return this.settle();
    return this.failing(() => this.rollBack(), true);
  }

  /** What a run does that finds the Canary at rest, after a release; in phases without one, what that phase does. */
  async rest(): Promise<void> {
    const { state } = this;
    const rolledBack = isActive(state.phase) || this.phase === 'rolling back';
    if (rolledBack)
      this.state = { ...state, phase: 'Failed', weight: 0, undoing: undefined, paused: undefined, gate: undefined };
    await this.settle();
    const { epoch, seq, said } = this.state;
    this.state = { ...state, epoch, seq, said };
  }

  async rollBack(): Promise<void> {
    const before = new Set(await this.events());
    this.state = { ...this.state, seq: this.state.seq + 1 };
    await rollBack(
      this.deps,
      {
        ...this.guard(),
        before: [],
        reason: `test ${this.state.seq}`,
        status: undefined,
        at: this.deps.now(),
        observedGeneration: 1,
      },
      new AbortController().signal,
    );
    this.said.push(...(await this.events()).filter((message) => !before.has(message)));
  }

  /** Another run takes the Canary over, as one does when its Lease is gone. */
  async takeOver(): Promise<void> {
    this.runs += 1;
    const before = this.state.epoch;
    const { policy } = this.state;
    this.holder = `run-${this.runs}`;
    const state = await begun(this.deps, this.namespace, this.name, this.holder);
    assert.ok(state.epoch > before, `the fence went back from ${before} to ${state.epoch}`);
    this.state = { ...this.state, epoch: state.epoch, seq: 1, policy };
  }

  async apply(effects: readonly Effect[], next: RunState = this.state): Promise<void> {
    const seq = this.state.seq;
    await apply(
      this.deps,
      {
        ...this.guard(next),
        effects: effects.filter(({ do: what }) => what !== 'event'),
        at: this.deps.now(),
        observedGeneration: 1,
      },
      new AbortController().signal,
    );
    if (this.state.seq === seq) this.state = { ...this.state, seq: seq + 1 };
  }

  async observe(fresh = false) {
    return observe(
      this.deps,
      { ...this.guard(), standing: asked(this.state), fresh, asOf: this.deps.now() },
      new AbortController().signal,
    );
  }

  guard(next: RunState = this.state) {
    const { epoch, seq } = this.state;
    const { uid, holder } = this;
    return { canary: this.key, fence: { epoch, seq }, lease: leaseTerm(next, LEASE_SECONDS), uid, holder };
  }

  private hear(effects: readonly Effect[]): void {
    for (const effect of effects) if (effect.do === 'event') this.said.push(effect.message);
  }

  /** What an effect says, as it is carried out; elsewhere only heard. */
  async say(message: string): Promise<void> {
    const seq = this.state.seq;
    const effects: Effect[] = [{ do: 'event', type: 'Normal', message }];
    await apply(
      this.deps,
      { ...this.guard(), effects, at: this.deps.now(), observedGeneration: 1 },
      new AbortController().signal,
    );
    this.state = { ...this.state, seq: seq + 1 };
  }

  async events(): Promise<string[]> {
    const { items } = await this.admin.list(
      { apiVersion: 'v1', kind: 'Event', plural: 'events' },
      { namespace: this.namespace, fieldSelector: `involvedObject.name=${this.name}` },
    );
    return items.map((item) => (item as unknown as { message: string }).message);
  }

  /** From a new Canary to the phase. */
  private async bringThere(): Promise<void> {
    const first = await this.observe();
    const applied = first.world.revision ?? assert.fail('no revision was seen');
    const policy = first.world.policy;
    this.state = { ...this.state, policy, generation: 1, applied, phase: 'Initializing', fresh: false };
    await this.apply([{ do: 'status', status: statusOf(this.state) }, { do: 'build' }]);
    if (this.phase === 'initialising') return;
    this.state = { ...this.state, phase: 'Initialized', promoted: applied.hash };
    const reconcile: Effect = { do: 'reconcile', primary: 100, canary: 0 };
    await this.apply([reconcile, { do: 'scaleDown' }, { do: 'status', status: statusOf(this.state) }]);
    const { state, weights } = standing(this.phase, this.state);
    this.state = state;
    await this.apply([
      ...(weights.canary > 0 ? [{ do: 'weights', ...weights } as const] : []),
      { do: 'status', status: statusOf(this.state) },
    ]);
    if (this.phase === 'terminating') {
      await this.admin.delete(CANARIES, this.namespace, this.name);
      await this.deps.cache.getFresh(CANARIES, this.namespace, this.name);
    }
  }
}
