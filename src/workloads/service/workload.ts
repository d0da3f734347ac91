import type { Canary } from '../../crds/canary.js';
import type { Readiness } from '../../domain/findings.js';
import { READY } from '../../domain/findings.js';
import type { Revision } from '../../domain/revision.js';
import type { Stray } from '../../domain/strays.js';
import { UserError } from '../../errors.js';
import type { ClusterCache } from '../../kube/cache.js';
import type { Claim } from '../../kubernetes/claim.js';
import { SERVICES, type KubeObject, type NamedObject } from '../../kube/object.js';
import { leavingOf } from '../../kube/terminating.js';
import { strayedFields, writtenBy } from '../../kubernetes/objects/strayed.js';
import { isFree, type OwnedObject, type Right } from '../../kubernetes/ownership.js';
import { isSame, write } from '../../kubernetes/write.js';
import { TargetMissing } from '../errors.js';
import type { Contents, UndoArtifacts, Previous, TargetView, Workload } from '../port.js';
import { ownedCopies } from '../shared/owned.js';
import { SnapshotArtifacts } from '../shared/undo-artifacts.js';
import { lostMessage, missing } from '../shared/missing.js';
import { canonicalJson, contentHash } from '../shared/revision.js';
import { reopened, restoredRevision, settled, Snapshots, unmarked } from '../shared/snapshots.js';
import { copiedSpec, serviceCopy, specOf, withAddresses, type ServiceSpec } from './copy.js';

/**
 * Targets of kind Service: the release is a change of the pods that it leads to. There is no workload to manage; the
 * traffic provider divides users between two copies of the Service, one as promoted, one as it is now.
 */
export class ServiceWorkload implements Workload {
  readonly kind = SERVICES.kind;
  readonly type = SERVICES;
  /** Serinus doesn't manage the pods behind a Service. */
  readonly warm = undefined;
  readonly baseline = undefined;
  readonly undoArtifacts: UndoArtifacts;
  private readonly snapshots: Snapshots<ServiceSpec>;

  constructor(private readonly cache: ClusterCache) {
    this.snapshots = new Snapshots(cache, { of: (primary) => copiedSpec(specOf(primary)), identity: (spec) => spec });
    this.undoArtifacts = new SnapshotArtifacts(cache, this.snapshots);
  }

  async refresh(canary: Canary): Promise<void> {
    for (const name of namesOf(canary)) await this.cache.getFresh(SERVICES, canary.namespace, name);
  }

  async look(canary: Canary): Promise<TargetView> {
    const target = await this.target(canary);
    const primary = await this.primary(canary);
    return {
      revision: revisionOf(target),
      ...leavingOf(target),
      pods: undefined,
      built: primary !== undefined,
      sameAsPrimary:
        primary !== undefined && leadsTo(primary) === leadsTo(serviceCopy(target, primary, canary, 'primary')),
    };
  }

  async contents(canary: Canary): Promise<Contents> {
    const target = await this.target(canary);
    const primary = await this.primary(canary);
    const before = primary && ((await this.snapshots.before(canary, primary)) ?? copiedSpec(specOf(primary)));
    const after = copiedSpec(specOf(target));
    return {
      revision: revisionOf(target),
      ...leavingOf(target),
      before,
      after,
      promoted: after,
      annotations: target.metadata.annotations ?? {},
    };
  }

  selector(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** The checks of the analysis find out whether its pods serve. */
  async readiness(canary: Canary, of: 'primary' | 'canary'): Promise<Readiness> {
    const name = of === 'primary' ? canary.targetRef.primaryName : canary.targetRef.name;
    if (await (of === 'primary' ? this.primary(canary) : this.get(canary, name))) return READY;
    return { ready: false, retriable: false, reason: missing(SERVICES, name, canary.namespace), available: false };
  }

  owns(canary: Canary): readonly OwnedObject[] {
    return ownedCopies(canary);
  }

  /** It has neither: users choose the pods behind a Service. */
  refuseForeign(): Promise<void> {
    return Promise.resolve();
  }

  concerns(canary: Canary): Promise<readonly NamedObject[]> {
    return Promise.resolve(namesOf(canary).map((name) => ({ type: SERVICES, name })));
  }

  async onChange(canary: Canary, listener: () => void): Promise<() => void> {
    const store = await this.cache.synced(SERVICES);
    const names = namesOf(canary);
    return store.onChange(({ metadata }) => {
      if (metadata.namespace === canary.namespace && names.includes(metadata.name)) listener();
    });
  }

  async drift(canary: Canary): Promise<readonly Stray[]> {
    const { primaryName } = canary.targetRef;
    const { canaryName } = canary.service;
    const target = await this.target(canary);
    const found = await this.get(canary, canaryName);
    const current = found && isFree(found, { owner: canary.owner }) ? found : undefined;
    const copy = `Service/${canaryName}`;
    const desired = current && serviceCopy(target, current, canary, 'canary');
    const fields = current && desired && !isSame(current, desired) ? strayedFields(current, desired) : [];
    return [
      ...((await this.primary(canary)) ? [] : [{ object: `Service/${primaryName}` }]),
      ...(current
        ? fields.map((field) => ({ object: copy, field, ...writtenBy(current, field) }))
        : [{ object: copy }]),
    ];
  }

  async mend(canary: Canary, { object }: Stray, runs: string, fence: Claim): Promise<void> {
    if (object === `Service/${canary.service.canaryName}`) {
      await this.followTarget(canary, await this.target(canary), fence);
    }
    if (object !== `Service/${canary.targetRef.primaryName}`) return;
    const target = await this.target(canary);
    const spec = revisionOf(target).hash === runs ? specOf(target) : (await this.snapshots.lost(canary, runs)).content;
    if (!spec) throw new UserError(lostMessage(SERVICES, canary, runs));
    const former = { ...target, spec };
    await this.writePrimary(canary, fence, (current) => current ?? serviceCopy(former, undefined, canary, 'primary'));
  }

  size(canary: Canary, of: 'primary' | 'canary'): Promise<number> {
    return this.counted(canary, of === 'primary' ? canary.targetRef.primaryName : canary.targetRef.name);
  }

  most(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  grow(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async build(canary: Canary, fence: Claim): Promise<void> {
    const target = await this.target(canary);
    await this.followTarget(canary, target, fence);
    await this.writePrimary(canary, fence, (current) => serviceCopy(target, current, canary, 'primary'));
  }

  async reconcile(canary: Canary, fence: Claim): Promise<void> {
    if (!(await this.primary(canary))) await this.build(canary, fence);
    await this.followTarget(canary, await this.target(canary), fence);
  }

  async promote(canary: Canary, revision: Revision, fence: Claim): Promise<boolean> {
    await this.refresh(canary);
    const target = await this.target(canary);
    if (revisionOf(target).hash !== revision.hash) return false;
    await this.snapshots.keep(canary, await this.primary(canary), fence);
    await this.writePrimary(canary, fence, (current) => {
      const promoted = serviceCopy(target, current, canary, 'primary');
      return current ? this.snapshots.marked(canary, current, promoted, fence) : promoted;
    });
    return true;
  }

  async restore(canary: Canary, fence: Claim): Promise<string | undefined> {
    const primary = await this.cache.getFresh(SERVICES, canary.namespace, canary.targetRef.primaryName);
    if (!primary || !isFree(primary, primaryRight(canary))) return undefined;
    const spec = await this.snapshots.before(canary, primary);
    const former = (current: KubeObject): KubeObject =>
      spec ? { ...current, spec: withAddresses(spec, specOf(current)) } : current;
    // Written with the fence annotation in any case: a late promotion must not get through.
    await this.writePrimary(canary, fence, (current) => current && former(unmarked(current)), true);
    return restoredRevision(primary);
  }

  async settle(canary: Canary, fence: Claim): Promise<void> {
    if (!(await this.primary(canary))) return;
    await this.writePrimary(canary, fence, (current) => current && settled(current));
  }

  async previous(canary: Canary): Promise<Previous | 'undone' | undefined> {
    const primary = await this.primary(canary);
    return primary && this.snapshots.undoable(canary, primary);
  }

  async reopen(canary: Canary, fence: Claim): Promise<void> {
    await this.writePrimary(canary, fence, (current) => current && reopened(current), true);
  }

  /** Nobody counts the pods behind a Service; where it is, it serves. */
  unused(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  private async counted(canary: Canary, name: string): Promise<number> {
    return (await this.get(canary, name)) ? 1 : 0;
  }

  async scaleUp(canary: Canary, fence: Claim): Promise<void> {
    await this.snapshots.keep(canary, await this.get(canary, canary.targetRef.primaryName), fence);
    await this.followTarget(canary, await this.target(canary), fence);
  }

  scaleDown(): Promise<void> {
    return Promise.resolve();
  }

  scaleLikePrimary(): Promise<void> {
    return Promise.resolve();
  }

  private async followTarget(canary: Canary, target: KubeObject, fence: Claim): Promise<void> {
    const key = { namespace: canary.namespace, name: canary.service.canaryName };
    const desire = (current: KubeObject | undefined): KubeObject => serviceCopy(target, current, canary, 'canary');
    await write(this.cache, SERVICES, key, desire, { fence, right: { owner: canary.owner } });
  }

  private async writePrimary(
    canary: Canary,
    fence: Claim,
    desire: (current: KubeObject | undefined) => KubeObject | undefined,
    touch = false,
  ): Promise<void> {
    const key = { namespace: canary.namespace, name: canary.targetRef.primaryName };
    await write(this.cache, SERVICES, key, desire, { fence, stamp: true, touch, right: primaryRight(canary) });
  }

  /** A foreign object of that name is no primary. */
  private async primary(canary: Canary): Promise<KubeObject | undefined> {
    const found = await this.get(canary, canary.targetRef.primaryName);
    return found && isFree(found, primaryRight(canary)) ? found : undefined;
  }

  private async target(canary: Canary): Promise<KubeObject> {
    const { name } = canary.targetRef;
    const target = await this.get(canary, name);
    if (!target) throw new TargetMissing(missing(SERVICES, name, canary.namespace));
    refuseWithoutSelector(target);
    return target;
  }

  private async get(canary: Canary, name: string): Promise<KubeObject | undefined> {
    return this.cache.get(SERVICES, canary.namespace, name);
  }
}

/** Flagger gives the primary the target's owners with each promotion: the Canary is no longer its owner then. */
function primaryRight({ owner, status }: Canary): Right {
  return { owner, takesOver: status.lastPromotedSpec !== '' };
}

function namesOf({ targetRef, service }: Canary): readonly string[] {
  return [targetRef.name, targetRef.primaryName, service.canaryName];
}

function revisionOf(target: KubeObject): Revision {
  return { hash: contentHash(copiedSpec(specOf(target))), configs: {} };
}

function leadsTo(service: KubeObject): string {
  return canonicalJson(copiedSpec(specOf(service)));
}

/** Endpoints that users maintain by hand have the target's name: a copy would lead nowhere. */
function refuseWithoutSelector(target: KubeObject): void {
  const { type, selector = {} } = specOf(target);
  if (type === 'ExternalName' || Object.keys(selector).length > 0) return;
  const { name, namespace } = target.metadata;
  throw new UserError(`service ${name}.${namespace} must have a spec.selector: copies of it would lead to no pods`);
}
