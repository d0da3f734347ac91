import type { CanaryKey } from '../../domain/identity.js';

/** Names a release: the first run of its Canary's workflow that was about it, or a later one of the same release. */
export interface ReleaseId {
  readonly canary: CanaryKey;
  readonly runId: string;
}

const ID =
  /^(?<namespace>[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)\.(?<name>[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?)\.(?<runId>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export { releaseIdOf as formatReleaseId } from '../../domain/identity.js';

/** @returns undefined for text that can't be the id of a release */
export function parseReleaseId(cluster: string, text: string): ReleaseId | undefined {
  const { namespace, name, runId } = ID.exec(text)?.groups ?? {};
  if (namespace === undefined || name === undefined || runId === undefined) return undefined;
  return { canary: { cluster, namespace, name }, runId };
}

/** The path of a release in the API. */
export function releasePath(id: string): string {
  return `/api/v1/releases/${encodeURIComponent(id)}`;
}
