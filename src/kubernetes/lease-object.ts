import { epochOf, type Fence } from '../domain/decision/fence.js';
import type { LeaseTerm } from '../domain/decision/plan.js';
import { fitting, LONGEST_NAME } from '../kube/names.js';
import type { KubeObject, OwnerReference } from '../kube/object.js';
import { LEASES } from '../kube/object.js';
import { formatRetreat, parseRetreat, type LeaseRetreat } from './retreat.js';

/** The content of a Canary's Lease. */
export interface LeaseView {
  readonly namespace: string;
  readonly canary: string;
  readonly fence: Fence;
  /** The holder: a run's id, or a watch process that acts for a dead one; empty when released. */
  readonly holder: string;
  readonly held: boolean;
  /** Milliseconds since 1970; Infinity where it doesn't expire. */
  readonly expiresAt: number;
  readonly durationMs: number;
  /** `metadata.generation` of the Canary that the last run has handled. */
  readonly observedGeneration: number;
  /** Digest of the Canary's approvals annotation that its run has handled; empty where it had none. */
  readonly observedApprovals: string;
  /** JSON of the spec that the run follows: the last valid one, whatever the Canary holds now. */
  readonly spec: string | undefined;
  /** The last rollback by the dead-man's switch. */
  readonly retreat: LeaseRetreat | undefined;
  /** JSON of recent corrections of drift; undefined where there were none. */
  readonly repairs: string | undefined;
}

export interface LeaseOwner {
  readonly namespace: string;
  readonly name: string;
  /** Owner reference to the Canary, so that the Lease is deleted with it. */
  readonly owner: OwnerReference;
}

/** What is written into a Lease. */
export interface LeaseContent {
  readonly holder: string;
  readonly fence: Fence;
  readonly term: LeaseTerm;
  readonly observed: number;
  readonly approvals: string;
  readonly spec: string | undefined;
  readonly retreat?: LeaseRetreat | undefined;
  readonly repairs?: string | undefined;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly leaseTransitions?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
}

export const LEASE_LABEL = 'app.kubernetes.io/managed-by';
export const LEASE_MANAGER = 'serinus';
const SEQ = 'serinus.dev/seq';
const HELD = 'serinus.dev/held';
const OBSERVED = 'serinus.dev/observed-generation';
const OBSERVED_APPROVALS = 'serinus.dev/observed-approvals';
const CANARY = 'serinus.dev/canary';
const SPEC = 'serinus.dev/spec';
const RETREAT = 'serinus.dev/rolled-back';
const REPAIRS = 'serinus.dev/repairs';
/** A Lease that doesn't expire must still name a duration. */
const NOMINAL_SECONDS = 60;

/** A Canary's name may be as long as a Lease's. */
export function leaseName(canary: string): string {
  return fitting(`serinus-${canary}`, LONGEST_NAME);
}

/** @param now milliseconds since 1970 */
export function leaseObject(
  owner: LeaseOwner,
  current: KubeObject | undefined,
  content: LeaseContent,
  now: number,
): KubeObject {
  const time = microTime(now);
  const annotations: Record<string, string> = {
    ...current?.metadata.annotations,
    [SEQ]: String(content.fence.seq),
    [OBSERVED]: String(content.observed),
    [CANARY]: owner.name,
    ...(content.spec === undefined ? {} : { [SPEC]: content.spec }),
    ...(content.repairs === undefined ? {} : { [REPAIRS]: content.repairs }),
  };
  if (content.term.kind === 'held') annotations[HELD] = 'true';
  else delete annotations[HELD];
  if (content.retreat) annotations[RETREAT] = formatRetreat(content.retreat);
  if (content.approvals !== '') annotations[OBSERVED_APPROVALS] = content.approvals;
  else delete annotations[OBSERVED_APPROVALS];
  const before = (current?.['spec'] ?? {}) as LeaseSpec;
  return {
    apiVersion: LEASES.apiVersion,
    kind: LEASES.kind,
    metadata: {
      ...current?.metadata,
      name: leaseName(owner.name),
      namespace: owner.namespace,
      labels: { ...current?.metadata.labels, [LEASE_LABEL]: LEASE_MANAGER },
      annotations,
      ownerReferences: [{ ...owner.owner, blockOwnerDeletion: false }],
    },
    spec: {
      ...before,
      holderIdentity: content.holder,
      leaseDurationSeconds:
        content.term.kind === 'seconds' ? Math.max(1, Math.round(content.term.seconds)) : NOMINAL_SECONDS,
      leaseTransitions: content.fence.epoch,
      acquireTime: before.leaseTransitions === content.fence.epoch ? before.acquireTime : time,
      renewTime: time,
    },
  };
}

/** Reads a Lease of ours. */
export function viewOf(lease: KubeObject): LeaseView {
  const spec = (lease['spec'] ?? {}) as LeaseSpec;
  const annotations = lease.metadata.annotations ?? {};
  const held = annotations[HELD] === 'true';
  const durationMs = (spec.leaseDurationSeconds ?? NOMINAL_SECONDS) * 1000;
  const holder = spec.holderIdentity ?? '';
  const renewed = Date.parse(spec.renewTime ?? '');
  const endless = held || holder === '' || Number.isNaN(renewed);
  return {
    namespace: lease.metadata.namespace ?? '',
    canary: annotations[CANARY] ?? lease.metadata.name.replace(/^serinus-/, ''),
    fence: { epoch: epochOf(spec.leaseTransitions ?? 0), seq: Number(annotations[SEQ] ?? 0) },
    holder,
    held,
    expiresAt: endless ? Infinity : renewed + durationMs,
    durationMs,
    observedGeneration: Number(annotations[OBSERVED] ?? 0),
    observedApprovals: annotations[OBSERVED_APPROVALS] ?? '',
    spec: annotations[SPEC],
    retreat: parseRetreat(annotations[RETREAT]),
    repairs: annotations[REPAIRS],
  };
}

/** The term that the Lease has now. */
export function termOf({ held, holder, durationMs }: LeaseView): LeaseTerm {
  if (holder === '') return { kind: 'released' };
  return held ? { kind: 'held' } : { kind: 'seconds', seconds: durationMs / 1000 };
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
