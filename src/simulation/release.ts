import { decide } from '../domain/decision/decide.js';
import type { Decision } from '../domain/decision/effects.js';
import { plan } from '../domain/decision/plan.js';
import { tick } from '../domain/decision/tick.js';
import { READY, type Findings, type HookRound, type Question, type World } from '../domain/findings.js';
import { initialState } from '../domain/initial.js';
import type { RunState } from '../domain/state.js';
import { ALL_TO_PRIMARY, type Weights, weightsIn } from '../domain/weights.js';
import type { Random } from '../judgement/random.js';
import { Arrivals } from './arrivals.js';
import { cutsOf, lookAt } from './look.js';
import type { SimulatedPolicy } from './policy.js';
import type { Truth } from './truth.js';

/** How a simulated release ended. */
export interface SimulatedRelease {
  /** `undecided`: the time for its evidence is over, and the policy then waits or asks people. */
  readonly end: 'promoted' | 'rolled-back' | 'undecided';
  /** From the canary's first request to the decision. */
  readonly seconds: number;
  /** Failed requests of the canary's until then. */
  readonly hurt: number;
  /** The reason of the decision. */
  readonly reason: string;
}

const BEGIN_MS = 1_000_000;
const OLD = { hash: 'old', configs: {} };
const NEW = { hash: 'new', configs: {} };
const CANARY = { cluster: 'simulation', namespace: 'simulation', name: 'release' };
/** More observations than any policy needs; a release that gets here stays undecided. */
const MOST_LOOKS = 20_000;

/**
 * One release, from its first pod to its promotion or rollback, with the decisions (`src/domain`) and the judge
 * (`src/judgement`) of real releases; requests are random, time is skipped, pods are ready at once.
 */
export function simulateRelease(random: Random, policy: SimulatedPolicy, truth: Truth): SimulatedRelease {
  return new Simulation(random, policy, truth).run();
}

const ready = (of: 'primary' | 'canary') => ({ type: 'readiness', of, readiness: READY }) as const;

class Simulation {
  private now = BEGIN_MS;
  private readonly arrivals: Arrivals;
  private weights: Weights = ALL_TO_PRIMARY;
  private ended: Pick<SimulatedRelease, 'end' | 'reason'> | undefined;
  private state: RunState;

  constructor(
    random: Random,
    private readonly policy: SimulatedPolicy,
    truth: Truth,
  ) {
    this.arrivals = new Arrivals(random, truth, this.now);
    const taken = { epoch: 1, phase: 'Initialized', weight: 0, failedChecks: 0, iterations: 0 } as const;
    const cause = { id: 'simulated', kind: 'target', by: 'simulation' } as const;
    const known = { ...taken, applied: OLD, promoted: OLD.hash, markedInvalid: false };
    this.state = initialState(CANARY, cause, known, this.now);
  }

  run(): SimulatedRelease {
    for (let looks = 0; this.ended === undefined && looks < MOST_LOOKS; looks += 1) {
      const next = plan(this.state, this.now);
      if (next.do === 'wait') this.now += next.ms;
      else if (next.do === 'observe') this.observe();
      else if (next.do === 'awaitReady') this.carryOut(decide(this.state, ready(next.of), this.now));
      else this.ended = { end: 'undecided', reason: next.do };
    }
    const { end, reason } = this.ended ?? { end: 'undecided', reason: 'nothing decided it' };
    this.arrivals.come(this.now, []);
    return { end, reason, seconds: this.arrivals.since(this.now) / 1000, hurt: this.arrivals.hurt };
  }

  private observe(): void {
    let findings: Findings = { world: this.world() };
    for (;;) {
      const step = tick(this.state, findings, this.now);
      if (step.do !== 'ask') break;
      findings = { ...findings, [step.question]: this.answer(step.question) };
    }
    this.carryOut(decide(this.state, { type: 'observed', findings, asOf: this.now }, this.now));
    this.ended ??= this.undecided(findings);
  }

  /** Webhooks let everything pass, and rollback webhooks don't ask for a rollback. */
  private answer(question: Question): unknown {
    if (question !== 'analysis') return { results: [] } satisfies HookRound;
    this.arrivals.come(this.now, cutsOf(this.policy, this.state, this.now));
    return lookAt(this.policy, this.arrivals, this.state, this.now);
  }

  private world(): World {
    return {
      edition: 3,
      ...(this.state.policy === undefined ? { policy: this.policy.decides } : {}),
      built: true,
      primary: { ready: true },
      canary: { ready: true },
      ...(this.state.applied?.hash === NEW.hash ? {} : { revision: NEW }),
      sameAsPrimary: false,
      weights: this.weights,
      drift: [],
      leftAlone: [],
    };
  }

  private carryOut(decision: Decision): void {
    switch (decision.do) {
      case 'nothing':
        this.state = decision.next;
        return;
      case 'rollBack':
        this.ended = { end: 'rolled-back', reason: decision.summary };
        return;
      case 'apply':
        for (const effect of decision.effects) {
          if (effect.do === 'promote') this.ended = { end: 'promoted', reason: decision.summary };
          if (effect.do !== 'weights') continue;
          this.weights = weightsIn(effect);
          this.arrivals.divide(this.weights, this.now);
        }
        // No decision depends on the record of the ones before.
        this.state = { ...decision.next, seq: this.state.seq + 1, record: [] };
    }
  }

  /** A person would have to act, or the policy would wait for ever. */
  private undecided({ analysis }: Findings): typeof this.ended {
    const { gate, weightSince } = this.state;
    const wait = this.policy.decides.judgement?.wait;
    const { judged } = analysis ?? {};
    if (gate !== undefined) return { end: 'undecided', reason: 'a person is asked' };
    if (!wait || judged?.verdict !== 'WAIT' || wait.then !== 'hold') return undefined;
    if (this.now - weightSince < wait.seconds * 1000) return undefined;
    return { end: 'undecided', reason: `not decided within ${wait.text}` };
  }
}
