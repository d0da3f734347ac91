/** Users and groups of Kubernetes' own, such as system:masters, and all ServiceAccounts: nobody but Kubernetes speaks for them. */
const RESERVED = 'system:';

/** The API server adds it to whoever it has recognised, so rights may be bound to it. */
const EVERYBODY = 'system:authenticated';

export function isReserved(name: string): boolean {
  return name.startsWith(RESERVED);
}

/** Groups of somebody whom another system than Kubernetes has recognised. */
export interface ForeignGroups {
  /** Those that count, with the one that Kubernetes gives to everybody. */
  readonly groups: readonly string[];
  /** Kubernetes' own, which aren't believed. */
  readonly ignored: readonly string[];
}

export function foreignGroups(claimed: readonly string[]): ForeignGroups {
  return {
    groups: [...claimed.filter((group) => !isReserved(group)), EVERYBODY],
    ignored: claimed.filter((group) => isReserved(group) && group !== EVERYBODY),
  };
}
