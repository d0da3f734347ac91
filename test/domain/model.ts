import assert from 'node:assert/strict';
import { decide, type Happening } from '../../src/domain/decision/decide.js';
import type { Decision, Effect } from '../../src/domain/decision/effects.js';
import type { Analysis, Findings, HookRound, Question, Readiness, World } from '../../src/domain/findings.js';
import { initialState, type Takeover } from '../../src/domain/initial.js';
import type { Notice } from '../../src/domain/notices/notice.js';
import type { Order } from '../../src/domain/orders/orders.js';
import { plan } from '../../src/domain/decision/plan.js';
import type { RestoreOptions } from '../../src/domain/orders/restore-options.js';
import type { Policy } from '../../src/domain/policy.js';
import type { Revision } from '../../src/domain/revision.js';
import { sameRevision } from '../../src/domain/revision.js';
import type { RunState } from '../../src/domain/state.js';
import { tick } from '../../src/domain/decision/tick.js';
import type { Weights } from '../../src/domain/weights.js';

export function policyWith(changes: Partial<Policy> = {}): Policy {
  return {
    generation: 1,
    provider: 'apisix',
    targetKind: 'Deployment',
    targetName: 'podinfo',
    suspend: false,
    skipAnalysis: false,
    revertOnDeletion: false,
    intervalSeconds: 10,
    threshold: 10,
    strategy: { kind: 'canary', stepWeight: 10, maxWeight: 50, stepWeightPromotion: 0 },
    routed: true,
    notices: [],
    hooks: {},
    loadTests: [],
    ...changes,
  };
}

export const V1: Revision = { hash: 'v1', configs: {} };
export const V2: Revision = { hash: 'v2', configs: {} };
export const V3: Revision = { hash: 'v3', configs: {} };

const notReady = (reason: string, retriable = true): Readiness => ({
  ready: false,
  retriable,
  reason,
  available: true,
});

/**
 * A cluster in memory and the driver's loop round the core, without Temporal: what the core decides is carried out on
 * the model, time jumps from one thing to the next.
 */
export class Model {
  now = 1_000_000;
  state: RunState;
  policy: Policy;
  target: Revision;
  primaryRuns: Revision;
  /** What the primary ran before a promotion that isn't settled. */
  formerly: Revision | undefined;
  built: boolean;
  weights: Weights | undefined;
  targetReplicas: number;
  /** What the primary ran before the last promotion that is settled. */
  previous: Revision | undefined;
  /** Warm pods of the former version: whether they are there, and whether the canary's Service leads to them. */
  warm: 'none' | 'ready' | 'serving' = 'none';
  status: { phase: string; canaryWeight: number };
  events: string[] = [];
  weightsSeen: number[] = [];
  effects: Effect['do'][] = [];
  /** `scaleUp` and weights of the canary that were to have a baseline beside them, in order. */
  besideBaseline: ('scaleUp' | number)[] = [];
  /** Answer of the post-rollout hooks; all pass where undefined. */
  postRollout: HookRound | undefined;
  /** The notices for people and machines outside, in order. */
  notices: Notice[] = [];
  /** Seconds from a rollout to readiness; undefined = never. */
  canaryReadySeconds: number | undefined = 3;
  primaryReadySeconds: number | undefined = 3;
  /** After this the workloads' own condition says that a rollout takes too long; never where undefined. */
  deadlineSeconds: number | undefined = 60;
  canaryRolledAt = 0;
  primaryRolledAt = -1e9;
  problem: string | undefined;
  /** The problem is that something is somebody else's. */
  foreign = false;
  /** What the API server would refuse of a release. */
  refused: string | undefined;
  gone = false;
  deleting = false;
  drift: string[] = [];
  /** Undefined: looks are those of an earlier version. */
  leftAlone: readonly string[] | undefined = [];
  /** Those of them that can't be put right. */
  refusals: readonly string[] = [];
  /** What the condition says can't be put right; undefined where it says what it says of a phase. */
  condition: string | undefined;
  analysis: (model: Model) => Analysis = () => ({ hooks: [], metrics: [] });
  answer: (question: Question, model: Model) => HookRound = () => ({ results: [] });
  /** Called before each turn of the loop; may change the world, or give orders. */
  before: (model: Model) => void = () => undefined;
  /** Effects that fail, with the error. */
  breaks: (effect: Effect, model: Model) => { type: string; message: string } | undefined = () => undefined;
  /** What keeps a rollback from being carried out, after it was said. */
  breaksRollback: (model: Model) => { type: string; message: string } | undefined = () => undefined;
  private inbox: Happening[] = [];
  turns = 0;
  private looksAtOnce = 0;
  private lookedAt = -1;

  constructor(options: { policy?: Policy; taken?: Partial<Takeover>; target?: Revision; built?: boolean } = {}) {
    this.policy = options.policy ?? policyWith();
    this.target = options.target ?? V2;
    this.primaryRuns = V1;
    this.built = options.built ?? true;
    this.weights = this.built ? { primary: 100, canary: 0 } : undefined;
    this.targetReplicas = this.built ? 0 : 1;
    const taken: Takeover = {
      epoch: 1,
      phase: 'Initialized',
      weight: 0,
      failedChecks: 0,
      iterations: 0,
      applied: V1,
      promoted: 'v1',
      markedInvalid: false,
      ...options.taken,
    };
    this.status = { phase: taken.phase, canaryWeight: taken.weight };
    const cause = { id: 'c', kind: 'target', by: 'test' } as const;
    this.state = initialState({ cluster: 'test', namespace: 'test', name: 'podinfo' }, cause, taken, this.now);
  }

  send(happening: Happening): void {
    this.inbox.push(happening);
  }

  /** @param recall what the driver finds out for orders of releases that have ended */
  order(order: Order['order'], extra: Partial<Order> = {}, recall?: RestoreOptions): void {
    const base = {
      order,
      by: 'alice',
      reason: 'test',
      requestId: `r${this.turns}-${this.inbox.length}`,
      channel: 'api',
    };
    this.send({ type: 'order', order: { ...base, ...extra } as Order, ...(recall ? { recall } : {}) });
  }

  setImage(revision: Revision): void {
    this.target = revision;
    this.canaryRolledAt = this.now;
    this.send({ type: 'submitted', change: { id: revision.hash, kind: 'target', by: 'test' } });
  }

  /** Tells the run to look, as a watch process does that has seen something move. */
  nudge(): void {
    this.send({ type: 'submitted', change: { id: `n${this.turns}`, kind: 'drift', by: 'test' } });
  }

  /**
   * Runs until the run ends, or stands still, or `turns` turns have passed.
   *
   * @throws AssertionError where it looks again and again while no time passes: a workflow would fill its history so
   */
  run(turns = 2000): this {
    for (let i = 0; i < turns; i += 1) {
      this.turns += 1;
      this.before(this);
      if (this.inbox.length > 0) {
        for (const happening of this.inbox.splice(0)) this.carryOut(decide(this.state, happening, this.now));
        continue;
      }
      const next = plan(this.state, this.now);
      switch (next.do) {
        case 'end':
          return this;
        case 'hold':
          return this;
        case 'wait':
          this.now += next.ms;
          break;
        case 'observe':
          this.observe();
          break;
        case 'callHooks':
          this.carryOut(decide(this.state, { type: 'hooked', round: this.postRollout ?? this.allPass() }, this.now));
          break;
        case 'awaitReady':
          this.awaitReady(next.of, next.said, next.withinMs);
          break;
      }
    }
    return this;
  }

  private observe(): void {
    this.looksAtOnce = this.now === this.lookedAt ? this.looksAtOnce + 1 : 0;
    this.lookedAt = this.now;
    assert.ok(this.looksAtOnce < 60, `it looks without time passing: ${JSON.stringify(this.state.waiting)}`);
    let findings: Findings = { world: this.world() };
    const asOf = this.now;
    for (;;) {
      const step = tick(this.state, findings, asOf);
      if (step.do !== 'ask') break;
      findings = { ...findings, [step.question]: this.ask(step.question) };
    }
    this.carryOut(decide(this.state, { type: 'observed', findings, asOf }, this.now));
  }

  private ask(question: Question): unknown {
    if (question === 'providers') return {};
    if (question === 'analysis') return this.analysis(this);
    return this.answer(question, this);
  }

  world(): World {
    if (this.gone)
      return {
        gone: true,
        built: false,
        primary: notReady('gone'),
        canary: notReady('gone'),
        sameAsPrimary: false,
        drift: [],
      };
    return {
      edition: 3,
      ...(JSON.stringify(this.policy) === JSON.stringify(this.state.policy) ? {} : { policy: this.policy }),
      ...(this.deleting ? { deleting: true as const } : {}),
      ...(this.problem === undefined ? {} : { problem: this.problem }),
      ...(this.foreign ? { foreign: true as const } : {}),
      ...(this.refused === undefined ? {} : { refused: this.refused }),
      built: this.built,
      primary: this.readiness(this.primaryRolledAt, this.primaryReadySeconds, 'primary'),
      canary:
        this.targetReplicas === 0
          ? { ready: true }
          : this.readiness(this.canaryRolledAt, this.canaryReadySeconds, 'canary'),
      ...(this.state.applied && sameRevision(this.state.applied, this.target) ? {} : { revision: this.target }),
      ...(this.state.undoing && this.warm !== 'none' ? { previous: { ready: true } } : {}),
      sameAsPrimary: this.built && sameRevision(this.target, this.primaryRuns),
      ...(this.weights ? { weights: this.weights } : {}),
      drift: this.drift,
      ...(this.leftAlone ? { leftAlone: this.leftAlone } : {}),
      ...(this.refusals.length > 0 ? { refusals: this.refusals } : {}),
    };
  }

  private allPass(): HookRound {
    return { results: (this.policy.hooks['post-rollout'] ?? []).map((hook) => ({ hook, ok: true })) };
  }

  private readiness(since: number, seconds: number | undefined, name: string): Readiness {
    if (seconds !== undefined && this.now >= since + seconds * 1000) return { ready: true };
    const late = this.now >= since + (this.deadlineSeconds ?? Infinity) * 1000;
    return notReady(late ? `deployment "${name}" exceeded its progress deadline` : '0 of 1 available', !late);
  }

  private awaitReady(of: 'primary' | 'canary', said: string | undefined, withinMs = Infinity): void {
    const world = this.world();
    const readiness = world[of];
    if (readiness.ready || readiness.reason !== said || withinMs <= 0) {
      this.carryOut(decide(this.state, { type: 'readiness', of, readiness }, this.now));
      return;
    }
    this.now += Math.min(500, withinMs);
  }

  private carryOut(decision: Decision): void {
    switch (decision.do) {
      case 'nothing':
        this.state = decision.next;
        return;
      case 'rollBack': {
        const known = this.state.told ?? [];
        const messages = decision.before.flatMap((effect) => (effect.do === 'event' ? [effect.message] : []));
        const said = [...messages, decision.summary].filter((message) => !known.includes(message));
        this.events.push(...said);
        const error = this.breaksRollback(this);
        if (error) {
          this.fail({ type: 'failed', error, said, rollingBack: true });
          return;
        }
        this.weights = { primary: 100, canary: 0 };
        this.weightsSeen.push(0);
        this.targetReplicas = 0;
        this.restorePrimary();
        this.state = decision.next('primary');
        this.notices.push(...(decision.notices?.('primary') ?? []));
        this.status = { phase: this.state.phase, canaryWeight: 0 };
        return;
      }
      case 'apply': {
        const said: string[] = [];
        for (const effect of decision.effects) {
          const error = this.breaks(effect, this);
          if (error) {
            this.fail({ type: 'failed', error, said });
            return;
          }
          if (effect.do === 'event') said.push(effect.message);
          if (!this.apply(effect)) {
            this.carryOut(decide({ ...this.state, seq: this.state.seq + 1 }, { type: 'overtaken' }, this.now));
            return;
          }
        }
        this.state = { ...decision.next, seq: this.state.seq + 1 };
        this.notices.push(...(decision.notices ?? []));
        return;
      }
    }
  }

  private fail(happening: Happening & { type: 'failed' }): void {
    this.carryOut(decide({ ...this.state, seq: this.state.seq + 1 }, happening, this.now));
  }

  private restorePrimary(): void {
    if (this.formerly === undefined) return;
    this.primaryRuns = this.formerly;
    this.primaryRolledAt = this.now;
    this.formerly = undefined;
  }

  private say(effects: readonly Effect[]): void {
    for (const effect of effects) if (effect.do === 'event') this.events.push(effect.message);
  }

  /** @returns false where promotion was overtaken */
  private apply(effect: Effect): boolean {
    this.effects.push(effect.do);
    if (effect.do === 'scaleUp' && effect.baseline) this.besideBaseline.push('scaleUp');
    if (effect.do === 'weights' && effect.baseline) this.besideBaseline.push(effect.canary);
    if (effect.do === 'status') this.condition = undefined;
    if (effect.do === 'condition') this.condition = effect.message;
    switch (effect.do) {
      case 'event':
        this.say([effect]);
        break;
      case 'build':
        this.built = true;
        this.primaryRuns = this.target;
        this.primaryRolledAt = this.now;
        break;
      case 'reconcile':
        this.drift = [];
        this.weights ??= { primary: effect.primary, canary: effect.canary };
        break;
      case 'scaleUp':
      case 'scaleLikePrimary':
        if (this.targetReplicas === 0) this.canaryRolledAt = this.now;
        this.targetReplicas = 1;
        break;
      case 'scaleDown':
        this.targetReplicas = 0;
        break;
      case 'weights':
        {
          const { do: _do, ...weights } = effect;
          this.weights = weights;
        }
        this.weightsSeen.push(effect.canary);
        break;
      case 'promote':
        if (!sameRevision(effect.revision, this.target)) return false;
        this.formerly ??= this.primaryRuns;
        this.primaryRuns = effect.revision;
        this.primaryRolledAt = this.now;
        break;
      case 'settle':
        this.previous = this.formerly;
        this.formerly = undefined;
        break;
      case 'status':
        this.status = { phase: effect.status.phase, canaryWeight: effect.status.canaryWeight };
        break;
      case 'reopen':
        this.formerly = this.previous;
        break;
      case 'restore':
        this.restorePrimary();
        break;
      case 'keepPrevious':
        this.warm = 'ready';
        break;
      case 'divert':
        if (this.warm === 'none') throw new Error('there are no warm pods');
        this.warm = 'serving';
        break;
      case 'pointBack':
        this.warm = 'none';
        break;
      default:
        break;
    }
    return true;
  }
}

export const FAILING: Analysis = {
  hooks: [],
  metrics: [
    {
      metric: 'request-success-rate',
      ok: false,
      value: 80,
      min: 99,
      message: 'Halt podinfo.test advancement success rate 80.00% < 99%',
    },
  ],
};
export const PASSING: Analysis = {
  hooks: [],
  metrics: [{ metric: 'request-success-rate', ok: true, value: 100, min: 99 }],
};
export const PROVIDER_DOWN: Analysis = {
  hooks: [],
  metrics: [
    {
      metric: 'request-success-rate',
      ok: false,
      providerError: true,
      message: 'Prometheus query failed: connection refused',
    },
  ],
};

/** @param seconds how long the window looks back */
export function noValues(now: number, seconds: number): Analysis {
  const window = { from: now - seconds * 1000, to: now };
  const message = 'Halt advancement no values found for metric: request-success-rate';
  return { hooks: [], metrics: [{ metric: 'request-success-rate', ok: false, noValues: true, window, message }] };
}
