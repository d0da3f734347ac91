import type { ApprovalRule } from '../approvals/rules.js';
import type { Question, Refusal, Readiness } from '../findings.js';
import type { Gate } from '../approvals/gates.js';
import type { Weights } from '../weights.js';

/** Why traffic goes back to the primary. */
export type RollbackWhy =
  | { readonly kind: 'failed-checks'; readonly count: number }
  | { readonly kind: 'unknown-checks'; readonly count: number }
  | { readonly kind: 'evidence'; readonly reason: string }
  /** None of its windows could be counted for longer than the progress deadline. */
  | { readonly kind: 'not-counted'; readonly reason: string }
  | { readonly kind: 'unproven'; readonly after: string; readonly reason: string }
  | { readonly kind: 'hook'; readonly hook: string }
  | { readonly kind: 'not-ready'; readonly reason: string }
  | { readonly kind: 'primary-lost'; readonly reason: string }
  | { readonly kind: 'order'; readonly order: 'abort' | 'reject'; readonly by: string; readonly reason: string }
  | { readonly kind: 'approval-expired'; readonly gate: string; readonly after: string }
  | { readonly kind: 'recovery'; readonly reason: string };

/** The result of a tick: one more question, or one thing to do. */
export type Step =
  | { readonly do: 'ask'; readonly question: Question }
  | { readonly do: 'end'; readonly why: 'gone' | 'fenced' | 'rest' }
  | { readonly do: 'refuse'; readonly refusal: Refusal }
  | {
      readonly do: 'report';
      readonly problem: string;
      /** The API server refuses what a release would write, or the object is foreign: the condition says so, too. */
      readonly refused?: true;
      /** When the analysis, which continues meanwhile, is due. */
      readonly until?: number;
    }
  | { readonly do: 'suspend' }
  | { readonly do: 'stay' }
  | { readonly do: 'wait'; readonly until: number }
  | { readonly do: 'terminate' }
  | { readonly do: 'revert' }
  | { readonly do: 'build' }
  | {
      readonly do: 'awaitReady';
      readonly of: 'primary' | 'canary';
      readonly readiness: Readiness;
      /** When there is something else to do than wait. */
      readonly until?: number;
    }
  | { readonly do: 'initialise' }
  | { readonly do: 'reconcile' }
  | { readonly do: 'note' }
  | { readonly do: 'closeGate'; readonly gate: Gate; readonly hook: string }
  | { readonly do: 'awaitApproval'; readonly rule: ApprovalRule; readonly why?: RollbackWhy }
  | { readonly do: 'noteExpiry'; readonly rule: ApprovalRule }
  | { readonly do: 'start'; readonly weight: number }
  | { readonly do: 'begin' }
  /** The release continues without the primary, which isn't ready. */
  | { readonly do: 'mend'; readonly reason: string }
  | { readonly do: 'rescue' }
  /** The same while traffic returns to a primary that is lost. */
  | { readonly do: 'shelter' }
  | { readonly do: 'goBack' }
  | { readonly do: 'retreat' }
  | { readonly do: 'restart' }
  | { readonly do: 'withdraw' }
  | { readonly do: 'halt' }
  | { readonly do: 'hold' }
  /** The canary has passed its checks, and waits for evidence. */
  | { readonly do: 'weigh' }
  | { readonly do: 'advance'; readonly weights: Weights }
  | { readonly do: 'iterate'; readonly weights: Weights | undefined }
  | { readonly do: 'shift'; readonly mirrored: boolean }
  | { readonly do: 'promote' }
  | { readonly do: 'skip' }
  | { readonly do: 'rollBack'; readonly why: RollbackWhy }
  | { readonly do: 'failPromotion'; readonly reason: string }
  | { readonly do: 'movePrimary'; readonly weights: Weights }
  | { readonly do: 'grow'; readonly pods: number }
  | { readonly do: 'finish' }
  | { readonly do: 'divert' }
  | { readonly do: 'restorePrimary' }
  | {
      readonly do: 'comeHome';
      /** Why the primary isn't ready, where the release no longer waits for it. */
      readonly unready?: string;
    };
