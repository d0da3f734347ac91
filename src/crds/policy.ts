import { HOOK_TYPES, type Policy } from '../domain/policy.js';
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
    hooks: hooksByType(analysis.webhooks),
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
