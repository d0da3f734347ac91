/** Which Canary: a name in a namespace of a cluster. */
export interface CanaryKey {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** `<name>.<namespace>`, the way Flagger's events, logs and webhooks name a Canary or its target. */
export function dotted(name: string, key: CanaryKey): string {
  return `${name}.${key.namespace}`;
}

/**
 * Names a release: `<namespace>.<name>.<id of its first run>`. A namespace has no dots, a run id is a UUID, and the name
 * may have dots.
 */
export function releaseIdOf(key: Pick<CanaryKey, 'namespace' | 'name'>, runId: string): string {
  return `${key.namespace}.${key.name}.${runId}`;
}
