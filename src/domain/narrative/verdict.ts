import type { MetricResult } from '../findings.js';
import type { RecordEntry } from '../record/record.js';
import type { OutcomeKind } from '../state.js';
import { measured as withUnit } from './units.js';

/** Times don't matter here; entries of other versions of Serinus are unknown. */
type Line = (RecordEntry extends infer One ? (One extends unknown ? Omit<One, 'at'> : never) : never) | Unknown;
interface Unknown {
  readonly what: 'unknown';
}
type Entry<What> = Extract<Line, { what: What }>;

/** What is known of a release that has ended. */
export interface Ended {
  /** An `OutcomeKind`, `died`, or what another version of Serinus has written. */
  readonly outcome: string;
  /** As recorded: an event's text. */
  readonly reason: string;
  readonly failedChecks: number;
  /** Oldest first. */
  readonly record: readonly Line[];
}

/** Built-in metrics, in people's words. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['request-success-rate', 'success rate'],
  ['request-duration', 'request duration'],
]);

/** How a release has ended, in people's words: for terminals, messages and the page. */
export const OUTCOME_LABELS: Readonly<Record<OutcomeKind | 'died', string>> = {
  promoted: 'Promoted',
  'rolled-back': 'Rolled back',
  aborted: 'Aborted',
  rejected: 'Rejected',
  'promotion-failed': 'Promotion failed',
  undone: 'Undone',
  superseded: 'Superseded',
  initialized: 'Initialized',
  reconciled: 'Nothing to release',
  refused: 'Refused',
  suspended: 'Suspended',
  terminated: 'Terminated',
  gone: 'Canary deleted',
  fenced: 'Taken over',
  died: 'Run cut off',
};

/** Ends that a person has ordered, by order. */
const BY_ORDER: Readonly<Record<string, string>> = {
  aborted: 'abort',
  rejected: 'reject',
  undone: 'undo',
};

/**
 * How a release ended and why, in one sentence:
 * `Rolled back: success rate 66.97%, needs at least 99%, 10 failed checks`.
 */
export function verdictOf(ended: Ended): string {
  const { outcome, record } = ended;
  const label = labelOf(outcome);
  const order = record.findLast(
    (entry): entry is Entry<'order'> =>
      entry.what === 'order' && entry.order === BY_ORDER[outcome] && entry.refused === undefined,
  );
  if (order) return `${label} by ${order.by}${order.reason === '' ? '' : `: ${order.reason}`}`;
  const why =
    outcome === 'promoted' ? `${checksOf(record)}${sinceOf(record)}` : (faultOf(ended) ?? plain(ended.reason));
  return why === '' ? label : `${label}: ${why}`;
}

/**
 * The rest of a verdict, for where the outcome is shown beside it: `3 checks passed`, `by anna: too slow`; empty where
 * there is none.
 */
export function whyIn(verdict: string, outcome: string | undefined): string {
  const label = labelOf(outcome ?? '');
  return verdict.startsWith(label) ? verdict.slice(label.length).replace(/^:? ?/, '') : verdict;
}

function labelOf(outcome: string): string {
  return outcome in OUTCOME_LABELS ? OUTCOME_LABELS[outcome as keyof typeof OUTCOME_LABELS] : outcome;
}

function checksOf(record: readonly Line[]): string {
  const checks = record.filter((entry) => entry.what === 'analysis');
  if (checks.length === 0) return 'without checks';
  const passed = checks.filter(({ ok }) => ok).length;
  return passed === checks.length ? `${counted(passed)} passed` : `${passed} of ${counted(checks.length)} passed`;
}

/** What was found after the promotion, where that was worse than before. */
function sinceOf(record: readonly Line[]): string {
  const last = record.findLast((entry): entry is Entry<'watch'> => entry.what === 'watch');
  return last?.judged.verdict === 'FAIL' ? `, then worse than before: ${last.judged.says}` : '';
}

/** What the failed checks found last; undefined where the release didn't end because of them. */
function faultOf({ outcome, reason, failedChecks, record }: Ended): string | undefined {
  if (outcome !== 'rolled-back' || !reason.includes('failed checks threshold reached')) return undefined;
  const last = record.findLast((entry): entry is Entry<'analysis'> => entry.what === 'analysis' && !entry.ok);
  const metric = last?.metrics.find(({ ok, value }) => !ok && value !== undefined);
  const hook = last?.hooks.find(({ ok }) => !ok);
  const found = hook ? `webhook ${hook.hook} failed` : metric && metricFault(metric);
  const count = failedChecks === 1 ? '1 failed check' : `${failedChecks} failed checks`;
  return found === undefined ? count : `${found}, ${count}`;
}

function metricFault({ metric, value = 0, min, max }: MetricResult): string {
  const name = NAMES.get(metric) ?? metric;
  const needs =
    min !== undefined && value < min
      ? `, needs at least ${measured(metric, min)}`
      : max === undefined
        ? ''
        : `, needs at most ${measured(metric, max)}`;
  return `${name} ${measured(metric, value)}${needs}`;
}

const DIGITS = 4;

/** As part of a sentence: `66.97%`. */
function measured(metric: string, value: number): string {
  return withUnit(metric, Number(value.toPrecision(DIGITS))).replace(' %', '%');
}

/** Without the start of an event's text, which repeats the Canary's name. */
function plain(reason: string): string {
  return reason.replace(/^(?:Rolling back|Promotion of) \S+ (?:failed, )?/, '');
}

function counted(checks: number): string {
  return checks === 1 ? '1 check' : `${checks} checks`;
}
