/**
 * Prefix of Kubernetes' own users and groups, such as system:masters, and of all ServiceAccounts: only Kubernetes may
 * assert them.
 */
const RESERVED = 'system:';

/** The API server adds it to every user that it has authenticated, so permissions may be bound to it. */
const EVERYBODY = 'system:authenticated';

export function isReserved(name: string): boolean {
  return name.startsWith(RESERVED);
}

/** Groups of a user that a system other than Kubernetes has authenticated. */
export interface ForeignGroups {
  /** Those that count, with the one that Kubernetes gives to everybody. */
  readonly groups: readonly string[];
  /** Kubernetes' own, which are ignored. */
  readonly ignored: readonly string[];
}

export function foreignGroups(claimed: readonly string[]): ForeignGroups {
  return {
    groups: [...claimed.filter((group) => !isReserved(group)), EVERYBODY],
    ignored: claimed.filter((group) => isReserved(group) && group !== EVERYBODY),
  };
}
