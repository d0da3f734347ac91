import { HOOK_TYPES, type Policy } from '../domain/policy.js';
import { trafficFeatures } from './traffic.js';
import type { Canary, Webhook } from './types.js';

/** What the decision core must know of a Canary. */
export function policyOf(canary: Canary): Policy {
  const { analysis, targetRef } = canary;
  return {
    generation: canary.generation,
    provider: canary.provider,
    targetKind: targetRef.kind,
    targetName: targetRef.name,
    suspend: canary.suspend,
    skipAnalysis: canary.skipAnalysis,
    revertOnDeletion: canary.revertOnDeletion,
    intervalSeconds: analysis.intervalSeconds,
    threshold: analysis.threshold,
    strategy: analysis.strategy,
    routed: trafficFeatures(canary.provider).weights,
    notices: analysis.notices,
    hooks: hooksByType(analysis.webhooks),
    loadTests: loadTestsOf(canary),
  };
}

function hooksByType(webhooks: readonly Webhook[]): Policy['hooks'] {
  return Object.fromEntries(
    HOOK_TYPES.flatMap((type) => {
      const names = webhooks.filter((webhook) => webhook.type === type).map((webhook) => webhook.name);
      return names.length === 0 ? [] : [[type, names]];
    }),
  );
}

/**
 * Rollout webhooks that this Canary wants carried out as a load test of the release itself (annotation
 * `serinus.dev/load-test: native`) instead of being posted to a load tester: those whose command is hey's.
 */
export function loadTestsOf(canary: Canary): readonly string[] {
  if (canary.annotations[LOAD_TEST_ANNOTATION] !== 'native') return [];
  return canary.analysis.webhooks.filter(isHeyCommand).map((webhook) => webhook.name);
}

const LOAD_TEST_ANNOTATION = 'serinus.dev/load-test';

function isHeyCommand({ type, metadata = {} }: Webhook): boolean {
  return type === 'rollout' && (metadata['type'] ?? 'cmd') === 'cmd' && /^hey\s/.test(metadata['cmd'] ?? '');
}
