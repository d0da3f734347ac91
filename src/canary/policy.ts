import type { Canary } from '../crds/canary.js';
import { policyOfCanary } from '../crds/policy.js';
import { annotatedIn, type Policy } from '../domain/policy.js';
import type { AskedState } from '../workflows/activities.js';
import type { Working } from './reading.js';

/** What the core must know of a Canary, with who is notified of it by the flags of this process. */
export function policyIn({ settings }: Pick<Working, 'settings'>, canary: Canary): Policy {
  const { notifier, eventWebhook, cloudEvents } = settings.notifications;
  return policyOfCanary(canary, {
    alerts: notifier !== undefined,
    events: eventWebhook !== undefined,
    cloudEvents: cloudEvents !== undefined,
  });
}

/** Approvals and some settings are in the metadata, which has no generation. */
export function isNews(policy: Policy, standing: AskedState): boolean {
  const { knownGeneration, knownApprovals, knownAnnotated = annotatedIn(policy) } = standing;
  return (
    policy.generation !== knownGeneration ||
    policy.approvals?.digest !== knownApprovals ||
    annotatedIn(policy) !== knownAnnotated
  );
}

/**
 * The policy that the workflow goes by after this look. Load tests are asked for by an annotation, which makes no policy
 * news: until it is, the workflow carries out those that it knows of.
 */
export function policyInForce(policy: Policy, asked: AskedState): Policy {
  const { knownLoadTests } = asked;
  return knownLoadTests === undefined || isNews(policy, asked) ? policy : { ...policy, loadTests: knownLoadTests };
}
