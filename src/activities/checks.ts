import type { Analysis, HookRound, ProvidersCheck } from '../domain/findings.js';
import type { Phase } from '../domain/phases.js';
import type { HookType } from '../domain/policy.js';
import type { Standing } from '../domain/state.js';
import type { Workbench } from './canary.js';

/** Everything a release asks of the world outside Kubernetes. No answer holds a secret. */
export interface Checks {
  /** Whether the metrics providers answer. */
  providers(bench: Workbench, signal: AbortSignal): Promise<ProvidersCheck>;
  /**
   * What a person must mend before the metrics can be read at all: a template that is missing, or whose query can't be
   * read. Asks nobody, so it is looked at before each release.
   */
  mistake(bench: Workbench): Promise<string | undefined>;
  /** Rollout webhooks, then metrics, in the order of the spec, up to the first that fails. */
  analysis(
    bench: Workbench,
    standing: Pick<Standing, 'applied' | 'weightSince'>,
    signal: AbortSignal,
  ): Promise<Analysis>;
  /** The webhooks of one type. */
  hooks(
    bench: Workbench,
    standing: Pick<Standing, 'applied'>,
    type: HookType,
    phase: Phase,
    signal: AbortSignal,
  ): Promise<HookRound>;
}
