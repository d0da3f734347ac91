import { asksForBaseline } from '../crds/baseline.js';
import { besideBaseline, canaryAt, type Weights } from '../domain/weights.js';
import type { Revision } from '../domain/revision.js';
import { FencedError, UserError } from '../errors.js';
import type { ClusterCache } from '../kube/cache.js';
import type { Claim } from '../kubernetes/claim.js';
import { KubeError } from '../kube/kube-error.js';
import type { Fence } from '../domain/decision/fence.js';
import { RehearsalCache } from '../kube/rehearsal.js';
import { createRouters, routerFor } from '../routers/registry.js';
import type { Settings } from '../settings.js';
import { createWorkloads, workloadFor } from '../workloads/registry.js';
import type { CanaryContext } from './read.js';

/** How long a rehearsal without refusals counts, in milliseconds: policies and quotas change. */
const GOOD_FOR_MS = 600_000;
/** Canaries whose rehearsals are kept. */
const REMEMBERED = 1_000;
/** A share so small that users would notice nothing, if it were real. */
const FIRST_PERCENT = 1;

/** Checks what a release would write, before it writes any of it. */
export interface Rehearsals {
  /**
   * Makes the API server check what a release of this revision writes: the target's replicas, the route's weights, and
   * the primary with its configs.
   *
   * @returns all refusals, in words for an event; undefined where there are none, or no answer
   * @throws TransientError where it can't be reached
   */
  refusal(context: CanaryContext, revision: Revision, fence: Fence): Promise<string | undefined>;
}

/** Rehearses releases on the real API server, with the same code that carries them out. */
export class DryRuns implements Rehearsals {
  private readonly good = new Map<string, { readonly of: string; readonly until: number }>();

  constructor(
    private readonly cache: ClusterCache,
    private readonly settings: Settings,
    private readonly now: () => number = Date.now,
  ) {}

  async refusal({ canary }: CanaryContext, revision: Revision, fence: Fence): Promise<string | undefined> {
    const of = JSON.stringify([canary.generation, revision]);
    const known = this.good.get(canary.uid);
    if (known?.of === of && known.until > this.now()) return undefined;
    const cache = new RehearsalCache(this.cache);
    const router = routerFor(createRouters(cache, this.settings), canary.provider);
    const workload = workloadFor(createWorkloads(cache, this.settings), canary.targetRef.kind);
    const claim = claimed(fence);
    const steps: readonly (() => Promise<unknown>)[] = [
      () => workload.scaleUp(canary, claim),
      async () => (asksForBaseline(canary) ? workload.baseline?.put(canary, claim) : undefined),
      ...weightsOf(canary).map((weights) => () => router.setWeights(canary, weights, claim)),
      () => workload.promote(canary, revision, claim),
    ];
    for (const step of steps) {
      const refusal = await refusalOf(step);
      if (refusal !== undefined) cache.refused.add(refusal);
    }
    if (cache.refused.size > 0) return joined([...cache.refused]);
    if (this.good.size >= REMEMBERED) this.good.clear();
    this.good.set(canary.uid, { of, until: this.now() + GOOD_FOR_MS });
    return undefined;
  }
}

/** The first step that moves traffic, and the mirroring before it, if there is some. */
export function weightsOf({ analysis, judgement }: CanaryContext['canary']): readonly Weights[] {
  const { strategy } = analysis;
  const first = canaryAt(FIRST_PERCENT);
  const mirrors = 'mirror' in strategy && strategy.mirror === true;
  return [
    ...(mirrors ? [{ primary: 100, canary: 0, mirrored: true as const }] : []),
    asksForBaseline({ judgement }) ? besideBaseline(first) : first,
  ];
}

async function refusalOf(step: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    // Somebody else writes at this moment: the real write would read again.
    if (error instanceof KubeError || error instanceof FencedError) return undefined;
    throw error;
  }
}

/** Events hold 1,024 characters, and people read conditions in a terminal. */
const LONGEST = 900;

/** As many as there is room for, at least one, and the number of the others. */
function joined(refusals: readonly string[]): string {
  const shown = refusals.filter((_, i) => i === 0 || refusals.slice(0, i + 1).join('; ').length <= LONGEST);
  const more = refusals.length - shown.length;
  return more === 0 ? shown.join('; ') : `${shown.join('; ')}; and ${more} more`;
}

/** Nothing is stored, so no writer has to be refused. */
export function claimed({ epoch, seq }: Fence): Claim {
  const nothing = (): Promise<void> => Promise.resolve();
  return { epoch, seq, confirm: nothing, outrankedBy: nothing };
}
