/** Where the confirm webhooks can make a release wait. */
export const HOOK_GATES = ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const;

export type Gate = (typeof HOOK_GATES)[number];

/** Where a Canary's own policy can make a release wait for people, in addition to the confirm webhooks. */
export const POLICY_GATES = ['rollout', 'weight', 'promotion', 'rollback'] as const;

export type PolicyGateName = (typeof POLICY_GATES)[number];

/** All gates, including those of webhooks. */
export const GATE_NAMES = [...HOOK_GATES, ...POLICY_GATES] as const;
