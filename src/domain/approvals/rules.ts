import type { Channel } from '../orders/channel.js';
import type { Revision } from '../revision.js';
import type { PolicyGateName } from './gates.js';

/** What becomes of a gate that nobody has opened in time: the release is rolled back, or goes on waiting. */
export const EXPIRIES = ['reject', 'hold'] as const;

export type ExpiresInto = (typeof EXPIRIES)[number];

/** Who must approve before a release passes a gate. Complete: the parser has filled the defaults in. */
export interface ApprovalRule {
  readonly gate: PolicyGateName;
  /** Of the gate `weight`: it stands before this share of the traffic is reached; before every rise where undefined. */
  readonly atWeight?: number;
  /** Approvals by different people, at least 1. */
  readonly needed: number;
  /** Kubernetes groups of which an approver must be in one; anybody may approve where empty. */
  readonly groups: readonly string[];
  /** Whoever asked for the release may not approve it. */
  readonly notByTrigger: boolean;
  readonly expires?: Expiry;
}

export interface Expiry {
  /** As the user wrote it: `48h`. */
  readonly after: string;
  readonly ms: number;
  readonly into: ExpiresInto;
}

/** What the annotation of a Canary says about approvals. */
export interface ApprovalPolicy {
  /** Tells one text of the annotation from another: it has no generation. */
  readonly digest: string;
  readonly rules: readonly ApprovalRule[];
}

/** One person's approval. Whether it counts is decided by the policy of the moment, so what that needs is kept. */
export interface Approval {
  readonly gate: PolicyGateName;
  readonly atWeight?: number;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reason: string;
  readonly channel: Channel;
  /** Verified groups of the person; undefined where nobody has verified who it is. */
  readonly groups?: readonly string[];
}

/** Approvals are for one revision: those for another count for nothing. */
export interface Approvals {
  readonly revision: Revision;
  readonly given: readonly Approval[];
}
