import { Gauge, type Registry } from 'prom-client';
import { parseStatus } from '../crds/status.js';
import { isActive, type Phase } from '../domain/phases.js';
import type { ClusterCache } from '../kube/cache.js';
import type { KubeObject } from '../kube/object.js';
import { CANARIES } from '../kube/object.js';

/** `flagger_info`, which every process shows. */
export function showInfo(registry: Registry, version: string, meshProvider: string): void {
  new Gauge({
    name: 'flagger_info',
    help: 'Flagger version and mesh provider information',
    labelNames: ['version', 'mesh_provider'],
    registers: [registry],
  }).set({ version, mesh_provider: meshProvider }, 1);
}

export interface CanaryGauges {
  readonly cache: ClusterCache;
  /** Percent of the traffic on the canary, from the traffic provider; undefined where it is unknown. */
  readonly routedWeight: (canary: KubeObject) => Promise<number | undefined>;
}

/**
 * Flagger's gauges of Canaries, read from the cluster at each scrape: they are right whichever process carries the
 * releases out, and disappear with their Canary. Only processes that watch show them, so that they don't appear once
 * for each worker.
 */
export function showCanaries(registry: Registry, gauges: CanaryGauges): void {
  const registers = [registry];
  // Metrics must be available while the API server isn't: the cache's content counts.
  const known = (): readonly KubeObject[] => gauges.cache.watch(CANARIES).store.list();

  const namespaces = new Set<string>();
  new Gauge({
    name: 'flagger_canary_total',
    help: 'Total number of canary object',
    labelNames: ['namespace'],
    registers,
    collect() {
      for (const { namespace } of known().map(targetOf)) namespaces.add(namespace);
      for (const namespace of namespaces) this.set({ namespace }, 0);
      for (const { namespace } of known().map(targetOf)) this.inc({ namespace });
    },
  });

  new Gauge({
    name: 'flagger_canary_status',
    help: 'Last canary analysis result',
    labelNames: ['name', 'namespace'],
    registers,
    collect() {
      this.reset();
      for (const canary of known()) this.set({ ...targetOf(canary) }, statusValue(phaseOf(canary)));
    },
  });

  new Gauge({
    name: 'flagger_canary_weight',
    help: 'The virtual service destination weight current value',
    labelNames: ['workload', 'namespace'],
    registers,
    async collect() {
      const weights = await Promise.all(known().map((canary) => weightOf(canary, gauges)));
      this.reset();
      for (const { target, weight } of weights) {
        const { name, namespace } = target;
        this.set({ workload: `${name}-primary`, namespace }, 100 - weight);
        this.set({ workload: name, namespace }, weight);
      }
    },
  });
}

/** 0 = running, 1 = good, 2 = failed: as the rule `flagger_canary_status > 1` expects it. */
function statusValue(phase: Phase): number {
  if (phase === 'Progressing') return 0;
  return phase === 'Failed' ? 2 : 1;
}

/** During a release the weight comes from the traffic provider's object, at rest from the status. */
async function weightOf(canary: KubeObject, { routedWeight }: CanaryGauges) {
  const { phase, canaryWeight } = parseStatus(canary['status']);
  const routed = isActive(phase) ? await routedWeight(canary) : undefined;
  return { target: targetOf(canary), weight: routed ?? canaryWeight };
}

function phaseOf(canary: KubeObject): Phase {
  return parseStatus(canary['status']).phase;
}

/** By the target's name, as in all of Flagger's metrics. */
function targetOf(canary: KubeObject): { readonly name: string; readonly namespace: string } {
  const { targetRef } = (canary['spec'] ?? {}) as { readonly targetRef?: { readonly name?: string } };
  return { name: targetRef?.name ?? canary.metadata.name, namespace: canary.metadata.namespace ?? '' };
}
