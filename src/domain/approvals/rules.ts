import type { Channel } from '../orders/channel.js';
import type { Revision } from '../revision.js';
import type { PolicyGateName } from './gates.js';

/** What happens where a gate isn't opened in time: the release is rolled back, or keeps waiting. */
export const EXPIRIES = ['reject', 'hold'] as const;

export type ExpiresInto = (typeof EXPIRIES)[number];

/** Who must approve before a release passes a gate. Complete: the parser has filled in the defaults. */
export interface ApprovalRule {
  readonly gate: PolicyGateName;
  /** Of the gate `weight`: it closes before this share of the traffic is reached; before every rise where undefined. */
  readonly atWeight?: number;
  /** Approvals by different people, at least 1. */
  readonly needed: number;
  /** Kubernetes groups; an approver must be in one of them. Anybody may approve where empty. */
  readonly groups: readonly string[];
  /** The person who triggered the release may not approve it. */
  readonly notByTrigger: boolean;
  readonly expires?: Expiry;
}

export interface Expiry {
  /** As the user wrote it: `48h`. */
  readonly after: string;
  readonly ms: number;
  readonly into: ExpiresInto;
}

/** The approvals annotation of a Canary, parsed. */
export interface ApprovalPolicy {
  /** Distinguishes the texts of the annotation, which has no generation. */
  readonly digest: string;
  readonly rules: readonly ApprovalRule[];
}

/** One person's approval. The newest policy decides whether it counts, so all that the decision needs is kept. */
export interface Approval {
  readonly gate: PolicyGateName;
  readonly atWeight?: number;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly reason: string;
  readonly channel: Channel;
  /** Verified groups of the person; undefined where the identity isn't verified. */
  readonly groups?: readonly string[];
}

/** Approvals count for one revision only. */
export interface Approvals {
  readonly revision: Revision;
  readonly given: readonly Approval[];
}
