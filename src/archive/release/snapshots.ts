import { createHash } from 'node:crypto';
import { changesOf } from '../changes.js';
import { templatesSchema, type Templates } from '../document.js';
import type { Canary } from '../../crds/canary.js';
import type { Effect } from '../../domain/decision/effects.js';
import type { CanaryKey } from '../../domain/identity.js';
import { sameRevision } from '../../domain/revision.js';
import type { ReleaseArtifacts } from '../../domain/record/artifacts.js';
import { messageOf, UserError } from '../../errors.js';
import type { Claim } from '../../kubernetes/claim.js';
import { CONTROLLER_REVISIONS, type KubeObject, type NamedObject } from '../../kube/object.js';
import { make } from '../../kubernetes/write.js';
import type { Contents } from '../../workloads/port.js';
import type { CanaryContext } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import { artifactsOf } from './artifacts.js';

/** On the snapshots of a release in the cluster that aren't archived yet. */
const OF_RELEASE = 'serinus.dev/release';
/** An annotation, since a Canary's name may be longer than a label. */
const OF_CANARY = 'serinus.dev/release-of';

/**
 * Saves what a release replaces, and its replacement, in a ControllerRevision, so that the archive gets the contents
 * from the beginning of the release, however long it can't be written. It has no owner: it outlives the Canary, too.
 * Without an archive nothing is saved.
 *
 * @param release id of the release
 * @returns what it ships; undefined where the target has changed meanwhile, or can't be read
 */
export async function saveSnapshot(
  deps: Dependencies,
  { canary, workload }: CanaryContext,
  { revision, first }: Effect & { readonly do: 'keep' },
  release: string | undefined,
  fence: Claim,
): Promise<ReleaseArtifacts | undefined> {
  try {
    const found = await workload.contents(canary);
    if (!sameRevision(found.revision, revision)) return undefined;
    const contents = first ? { ...found, before: undefined } : found;
    if (deps.archive && release !== undefined) await create(deps, canary, release, contents, fence);
    return artifactsOf(contents);
  } catch (error) {
    // A gap in the archive is no reason to keep a release from starting.
    const fields = { canary: `${canary.name}.${canary.namespace}` };
    deps.log.warn(fields, `what the release replaces could not be kept: ${messageOf(error)}`);
    return undefined;
  }
}

async function create(
  deps: Dependencies,
  { namespace, name }: Canary,
  release: string,
  contents: Contents,
  fence: Claim,
): Promise<void> {
  const revision: KubeObject = {
    apiVersion: CONTROLLER_REVISIONS.apiVersion,
    kind: CONTROLLER_REVISIONS.kind,
    metadata: {
      name: nameOf(release, contents.revision.hash),
      namespace,
      labels: { [OF_RELEASE]: labelOf(release) },
      annotations: { [OF_CANARY]: name },
    },
    revision: 1,
    data: templatesOf(contents),
  };
  await make(deps.cache, CONTROLLER_REVISIONS, revision, { fence });
}

/** The snapshots of a Canary's releases that aren't archived yet. */
export async function snapshotsOf(
  { cache }: Pick<Dependencies, 'cache'>,
  { namespace, name }: Pick<CanaryKey, 'namespace' | 'name'>,
): Promise<readonly NamedObject[]> {
  const items = await cache.query(CONTROLLER_REVISIONS, { namespace, labelSelector: OF_RELEASE });
  return items
    .filter(({ metadata }) => metadata.annotations?.[OF_CANARY] === name)
    .map(({ metadata }) => ({ type: CONTROLLER_REVISIONS, name: metadata.name }));
}

/** The snapshot of a release. */
export interface ReleaseSnapshot {
  /** There is a snapshot, of whatever revision. */
  readonly isAny: boolean;
  /** Of the requested revision. */
  readonly templates: Templates | undefined;
  /** Deletes all snapshots of the release. */
  forget(): Promise<void>;
}

/**
 * Reads the snapshot of a release.
 *
 * @param hash of the requested revision
 */
export async function readSnapshot(
  deps: Pick<Dependencies, 'cache'>,
  { namespace }: Pick<CanaryKey, 'namespace'>,
  release: string,
  hash?: string,
): Promise<ReleaseSnapshot> {
  const { client } = deps.cache;
  const labelSelector = `${OF_RELEASE}=${labelOf(release)}`;
  const items = await deps.cache.query(CONTROLLER_REVISIONS, { namespace, labelSelector });
  const wanted = hash === undefined ? undefined : nameOf(release, hash);
  const found = items.find(({ metadata }) => metadata.name === wanted);
  return {
    isAny: items.length > 0,
    templates: found && templatesSchema.parse(found['data']),
    forget: async () => {
      for (const { metadata } of items) await client.delete(CONTROLLER_REVISIONS, namespace, metadata.name);
    },
  };
}

/**
 * The cluster's contents after a release that has promoted nothing: the primary still is what it was.
 *
 * @returns undefined where the cluster holds another revision
 */
export async function readUnpromoted(
  { canary, workload }: CanaryContext,
  hash: string | undefined,
): Promise<{ readonly templates: Templates; readonly shipment: ReleaseArtifacts } | undefined> {
  try {
    const contents = await workload.contents(canary);
    if (contents.revision.hash !== hash) return undefined;
    return { templates: templatesOf(contents), shipment: artifactsOf(contents) };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function templatesOf({ before, after, promoted }: Contents): Templates {
  return templatesSchema.parse({ ...(before ? { before, difference: changesOf(before, promoted) } : {}), after });
}

function nameOf(release: string, hash: string): string {
  return `release-${labelOf(release)}-${hash.toLowerCase()}`;
}

/** Short enough for a label, whatever the Canary's name. */
function labelOf(release: string): string {
  return createHash('sha256').update(release).digest('hex').slice(0, 16);
}
