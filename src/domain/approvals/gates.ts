/** Where a webhook can have a release wait. */
export type Gate = 'confirm-rollout' | 'confirm-traffic-increase' | 'confirm-promotion';

/** Where a Canary's own policy can have a release wait for people, besides the confirm webhooks. */
export const POLICY_GATES = ['rollout', 'weight', 'promotion', 'rollback'] as const;

export type PolicyGateName = (typeof POLICY_GATES)[number];

/** All gates, those of webhooks included. */
export const GATE_NAMES = [
  ...POLICY_GATES,
  'confirm-rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
] as const satisfies readonly (PolicyGateName | Gate)[];
