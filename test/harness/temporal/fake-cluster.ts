import type { Effect } from '../../../src/domain/decision/effects.js';
import type { Analysis, Findings, HookRound, Question, World } from '../../../src/domain/findings.js';
import type { Takeover } from '../../../src/domain/initial.js';
import type { Policy } from '../../../src/domain/policy.js';
import { sameRevision, type Revision } from '../../../src/domain/revision.js';
import type { ReleaseState } from '../../../src/domain/state.js';
import { tick } from '../../../src/domain/decision/tick.js';
import type { Weights } from '../../../src/domain/weights.js';
import type {
  Activities,
  ApplyInput,
  AwaitReadyInput,
  ObserveInput,
  RollBackInput,
} from '../../../src/workflows/activities.js';
import type { ArchiveInput } from '../../../src/workflows/contract.js';
import { PASSING, policyWith, V1, V2 } from '../../domain/model.js';

/**
 * Activities over a cluster in memory, for tests of the workflow on a real Temporal server: what the driver does with
 * them counts here, not what they do. The real ones are tested against a real API server.
 */
export class FakeCluster implements Activities {
  policy: Policy = policyWith({
    intervalSeconds: 1,
    threshold: 2,
    strategy: { kind: 'canary', stepWeight: 25, maxWeight: 50, stepWeightPromotion: 0 },
  });
  status: Omit<Takeover, 'epoch'> = {
    phase: 'Initialized',
    weight: 0,
    failedChecks: 0,
    iterations: 0,
    applied: V1,
    promoted: 'v1',
    markedInvalid: false,
  };
  target: Revision = V2;
  primaryRuns: Revision = V1;
  /** What the primary ran before the promotion that was begun last, as far as it can still be put back. */
  previous: Revision | undefined;
  undone = false;
  /** Warm pods of that version are there. */
  warm = false;
  weights: Weights = { primary: 100, canary: 0 };
  replicas = 0;
  epoch = 0;
  seq = 0;
  events: string[] = [];
  weightsSeen: number[] = [];
  /** When the weights were set last. */
  routedAt = 0;
  calls: string[] = [];
  canaryReady = true;
  /** What a look shows besides, or in place of what this cluster makes up. */
  shown: Partial<World> = {};
  gone = false;
  analysis: () => Analysis | Promise<Analysis> = () => PASSING;
  gates: (question: Question) => HookRound = () => ({ results: [] });
  onApply: (input: ApplyInput) => void | Promise<void> = () => undefined;
  /** By default nobody listens. */
  onDeliver: Activities['deliver'] = () => Promise.resolve([]);
  /** Releases are archived. */
  archives = false;
  /** Parts that were brought to the archive, in order; nobody brings any while `onArchive` throws. */
  archived: ArchiveInput[] = [];
  onArchive: (input: ArchiveInput) => void | Promise<void> = () => undefined;
  onRollBack: () => void | Promise<void> = () => undefined;
  holder = '';

  begin: Activities['begin'] = (input) => {
    if (this.gone) return Promise.resolve({ gone: true });
    if (this.holder !== input.holder) this.epoch += 1;
    this.holder = input.holder;
    return Promise.resolve({ epoch: this.epoch, ...this.status, archives: this.archives });
  };

  observe: Activities['observe'] = async (input) => {
    this.calls.push('observe');
    const { knownGeneration: _known, knownApprovals: _digest, ...asked } = input.standing;
    const standing: ReleaseState = { ...asked, policy: this.policy };
    let findings: Findings = { world: this.world(input) };
    for (;;) {
      const step = tick(standing, findings, input.asOf);
      if (step.do !== 'ask') return findings;
      const { question } = step;
      const answer =
        question === 'analysis' ? await this.analysis() : question === 'providers' ? {} : this.gates(question);
      findings = { ...findings, [question]: answer };
    }
  };

  recall: Activities['recall'] = () => {
    this.calls.push('recall');
    const { applied } = this.status;
    const former = this.previous && { revision: this.previous.hash, warm: this.warm };
    const previous = this.undone ? 'undone' : former;
    const same = applied && sameRevision(applied, this.target) ? 'same' : 'changed';
    const target = sameRevision(this.target, this.primaryRuns) ? 'promoted' : same;
    return Promise.resolve({ target, ...(previous ? { previous } : {}) });
  };

  apply: Activities['apply'] = async (input) => {
    await this.onApply(input);
    this.seq = input.fence.seq;
    for (const effect of input.effects) {
      this.calls.push(effect.do);
      if (!this.carryOut(effect)) return { overtaken: true };
    }
    if (input.lease.kind === 'released') this.holder = '';
    const routes = input.effects.some((effect) => effect.do === 'weights');
    return { overtaken: false, ...(routes ? { routedMsAgo: 0 } : {}) };
  };

  rollBack: Activities['rollBack'] = async (input: RollBackInput) => {
    await this.onRollBack();
    for (const effect of input.before) this.carryOut(effect);
    this.events.push(input.reason);
    this.weights = { primary: 100, canary: 0 };
    this.weightsSeen.push(0);
    this.replicas = 0;
    this.restore();
    this.status = { ...this.status, phase: 'Failed', weight: 0 };
    this.holder = '';
    return { servedBy: 'primary' };
  };

  awaitReady: Activities['awaitReady'] = async (input: AwaitReadyInput) => {
    this.calls.push(`awaitReady ${input.of}`);
    if (input.of === 'primary' || this.canaryReady) return Promise.resolve({ ready: true });
    return Promise.resolve({ ready: false, retriable: true, reason: '0 of 1 available', available: false });
  };

  callHooks: Activities['callHooks'] = () => Promise.resolve({ results: [{ hook: 'report', ok: true }] });

  deliver: Activities['deliver'] = (input) => this.onDeliver(input);

  archive: Activities['archive'] = async (input) => {
    await this.onArchive(input);
    this.archived.push(input);
    return { store: 'memory' };
  };

  loadTest: Activities['loadTest'] = () =>
    Promise.resolve({ name: 'load', requests: 0, failed: 0, requestsPerSecond: 0, codes: {}, p50: 0, p99: 0 });

  /** What is seen after a promotion; nothing is left to look at where nobody says. */
  onOversee: Activities['oversee'] = () => Promise.resolve({ over: 'nothing is watched here' });
  oversee: Activities['oversee'] = (input) => {
    this.calls.push('oversee');
    return this.onOversee(input);
  };

  announce: Activities['announce'] = ({ message, marked }) => {
    this.calls.push(marked ? 'announce on the condition' : 'announce');
    this.events.push(message);
    return Promise.resolve();
  };

  onUndo: Activities['undo'] = () => Promise.resolve({});
  undo: Activities['undo'] = (input) => {
    this.calls.push('undo');
    return this.onUndo(input);
  };

  sweep: Activities['sweep'] = () => Promise.resolve({ looked: 0, recovered: [], resubmitted: [], stuck: [] });

  private world(input: ObserveInput): World {
    const { applied, knownGeneration, knownApprovals } = input.standing;
    const isKnown = this.policy.generation === knownGeneration && this.policy.approvals?.digest === knownApprovals;
    return {
      edition: 2,
      ...(isKnown ? {} : { policy: this.policy }),
      ...(this.policy.approvals === undefined ? {} : { approvals: this.policy.approvals.digest }),
      built: true,
      primary: { ready: true },
      canary:
        this.replicas === 0 || this.canaryReady
          ? { ready: true }
          : { ready: false, retriable: true, reason: '0 of 1 available', available: false },
      ...(applied && sameRevision(applied, this.target) ? {} : { revision: this.target }),
      ...(input.standing.undoing && this.warm ? { previous: { ready: true } } : {}),
      sameAsPrimary: sameRevision(this.target, this.primaryRuns),
      weights: this.weights,
      drift: [],
      ...this.shown,
    };
  }

  private carryOut(effect: Effect): boolean {
    switch (effect.do) {
      case 'event':
        this.events.push(effect.message);
        return true;
      case 'weights':
        {
          const { do: _do, ...weights } = effect;
          this.weights = weights;
        }
        this.weightsSeen.push(effect.canary);
        this.routedAt = Date.now();
        return true;
      case 'status': {
        const { phase, canaryWeight, failedChecks, iterations, lastAppliedSpec, lastPromotedSpec, trackedConfigs } =
          effect.status;
        this.status = {
          phase,
          weight: canaryWeight,
          failedChecks,
          iterations,
          applied: { hash: lastAppliedSpec, configs: trackedConfigs },
          promoted: lastPromotedSpec,
          markedInvalid: false,
        };
        return true;
      }
      case 'scaleUp':
        this.replicas = 1;
        return true;
      case 'scaleDown':
        this.replicas = 0;
        return true;
      case 'promote':
        if (!sameRevision(effect.revision, this.target)) return false;
        this.previous = this.primaryRuns;
        this.undone = false;
        this.primaryRuns = effect.revision;
        return true;
      case 'reopen':
        this.undone = true;
        return true;
      case 'restore':
        this.restore();
        return true;
      default:
        return true;
    }
  }

  private restore(): void {
    if (this.undone && this.previous) this.primaryRuns = this.previous;
  }
}
