/**
 * What the API answers. The types are those of the schemas that check and describe its answers; nothing of them is left
 * in the page but their shape.
 */
import type { CanarySummary } from '../../../src/api/schema/canary.js';
import type { CheckAnswer } from '../../../src/api/schema/check.js';
import type { RecordLine, Release } from '../../../src/api/schema/release.js';

export type { CanaryDetail, CanarySummary } from '../../../src/api/schema/canary.js';
export type { CheckAnswer, CheckedCanary } from '../../../src/api/schema/check.js';
export type { RecordLine, Release, ReleaseHistory } from '../../../src/api/schema/release.js';
export type { Obeyed, Pending } from '../../../src/api/schema/requests.js';

/** A row of the fleet. */
export type FleetRow = CanarySummary & { readonly cluster?: string; readonly attention?: string };

export type Finding = CheckAnswer['canaries'][number]['findings'][number];

export type Steering = NonNullable<Release['steering']>[number] & { readonly effect?: string };

/** A problem document (RFC 9457). */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly field?: string;
  readonly remedy?: string;
}

export interface Session {
  readonly user?: { readonly name: string; readonly groups?: readonly string[] };
  readonly mode: 'none' | 'kubernetes' | 'oidc';
  /** Whoever reaches the port may steer. */
  readonly development: boolean;
  readonly csrfToken?: string;
  readonly login?: string;
  readonly expiresAt?: string;
}

export interface Permissions {
  readonly orders: Readonly<Record<string, boolean>>;
}

export interface Approval {
  readonly by: string;
  readonly at: string;
  readonly reason?: string;
  readonly channel?: string;
}

/** A gate as it stands: closed, opened, or still ahead. */
export interface LiveGate {
  readonly gate: string;
  readonly status?: 'closed' | 'approved' | 'ahead';
  readonly hook?: string;
  readonly hooks?: readonly string[];
  readonly policy?: string;
  readonly since?: string;
  readonly needed?: number;
  readonly given?: readonly Approval[];
  readonly groups?: readonly string[];
  readonly notByTrigger?: boolean;
  readonly expiresAt?: string;
  readonly expiresInto?: 'reject' | 'hold';
}

export interface LiveNode {
  readonly kind: string;
  readonly name: string;
  readonly health?: 'good' | 'busy' | 'bad' | 'idle';
  readonly status: string;
  readonly detail?: string;
  readonly children: readonly LiveNode[];
}

export interface Strategy {
  readonly kind: 'canary' | 'ab' | 'blueGreen';
  readonly steps?: readonly number[];
  readonly iterations?: number | { readonly done: number; readonly of: number };
  readonly intervalSeconds?: number;
  readonly threshold?: number;
}

export interface SeenWeight {
  readonly percent: number;
  readonly requests?: number;
  readonly windowSeconds: number;
  readonly at: string;
}

/** A Canary and its newest release as they are now. */
export interface Live {
  readonly canary: { readonly namespace: string; readonly name: string };
  readonly cluster?: string;
  readonly phase?: string;
  readonly release?: Release;
  readonly strategy?: Strategy;
  readonly weight: { readonly wanted: number; readonly seen?: SeenWeight };
  readonly why?: string;
  readonly next?: { readonly what: string; readonly at?: string };
  readonly attention?: string;
  readonly tree: readonly LiveNode[];
  readonly gates: readonly LiveGate[];
  readonly links: {
    readonly temporal?: string;
    readonly metrics?: string | readonly { readonly metric: string; readonly href: string }[];
    readonly logs?: string;
  };
}

/** A line of the history of all Canaries. */
export interface PastRelease {
  readonly id: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly outcome?: string;
  readonly phase: string;
  readonly weight: number;
  readonly revision?: string;
  readonly images: readonly string[];
  readonly triggeredBy: string;
  readonly reason?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly durationSeconds?: number;
  readonly open: boolean;
}

export interface PastReleases {
  readonly items: readonly PastRelease[];
  readonly nextCursor?: string;
}

/** A line of a record, with whatever fields its kind has. */
export type Line = RecordLine;
