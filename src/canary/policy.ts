import type { Canary } from '../crds/canary.js';
import { policyOfCanary } from '../crds/policy.js';
import { annotatedIn, type Policy } from '../domain/policy.js';
import type { AskedState } from '../workflows/activities.js';
import type { Working } from './reading.js';

/** What the core must know of a Canary, including who is notified according to this process' flags. */
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
 * The workflow's policy after this observation. An annotation defines the load tests, so a change of it doesn't renew
 * the policy: until another change does, the workflow runs the load tests that it knows.
 */
export function policyInForce(policy: Policy, asked: AskedState): Policy {
  const { knownLoadTests } = asked;
  return knownLoadTests === undefined || isNews(policy, asked) ? policy : { ...policy, loadTests: knownLoadTests };
}
