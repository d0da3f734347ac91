import type { Canary } from '../crds/canary.js';
import { policyOf } from '../crds/policy.js';
import type { Policy } from '../domain/policy.js';
import type { Dependencies } from './dependencies.js';

/** What the core must know of a Canary, with who is told of it by the flags of this process. */
export function policyIn({ settings }: Pick<Dependencies, 'settings'>, canary: Canary): Policy {
  const { notifier, eventWebhook, cloudEvents } = settings.notifications;
  return policyOf(canary, {
    alerts: notifier !== undefined,
    events: eventWebhook !== undefined,
    cloudEvents: cloudEvents !== undefined,
  });
}
