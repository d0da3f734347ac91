import { countedFor, demandOf, isPolicyGate, ruleAt, titleOf } from '../approvals/approvals.js';
import type { HookResult, MetricResult } from '../findings.js';
import type { Gate } from '../approvals/gates.js';
import { evidenceText } from './evidence-rows.js';
import { progressOf } from './progress.js';
import type { RecordEntry } from '../record/record.js';
import type { HookGate, PolicyGate } from '../approvals/approval-state.js';
import type { Undoing } from '../orders/intents.js';
import type { RunState } from '../state.js';

type Analysis = Extract<RecordEntry, { what: 'analysis' }>;

/** What a gate lets through, as in "waits for approval before …". */
const BEFORE: Readonly<Record<Gate, string>> = {
  'confirm-rollout': 'the rollout',
  'confirm-traffic-increase': 'more traffic',
  'confirm-promotion': 'promotion',
};

/** Why a run is where it is, in a sentence for people. Its times are absolute, so that it stays true. */
export function why(state: RunState): string {
  const { ending, paused, gate, waiting, problem, undoing } = state;
  if (ending) return ending.reason === '' ? ending.kind : `${ending.kind}: ${ending.reason}`;
  if (paused) return `paused by ${paused.by} since ${clock(paused.since)}${paused.reason && `: ${paused.reason}`}`;
  if (isPolicyGate(gate)) return whyUnapproved(state, gate);
  if (waiting.for === 'order') return 'suspended: spec.suspend is true';
  if (gate) return whyClosed(gate);
  if (undoing && !problem) return whyUndoing(undoing, state.weight);
  if (waiting.for === 'readiness') return whyNotReady(waiting.of, waiting.said);
  if (waiting.for === 'hooks') return 'calls the post-rollout webhooks';
  if (problem) return `${problem.text}${problem.count > 1 ? ` (${problem.count} times in a row)` : ''}`;
  return inPhase(state);
}

function whyUnapproved(state: RunState, gate: PolicyGate): string {
  const rule = ruleAt(state, gate);
  if (rule === undefined) return `waits at the gate ${titleOf(gate)} since ${clock(gate.since)}`;
  const given = countedFor(state, rule, gate.revision).map(({ by }) => by);
  const what = gate.why ? 'traffic is back at the primary; waits' : 'waits';
  return `${what} for ${demandOf(rule)} since ${clock(gate.since)}, given by ${given.length === 0 ? 'nobody yet' : given.join(', ')}`;
}

function whyClosed({ gate, hook, since }: HookGate): string {
  return `waits for approval before ${BEFORE[gate]} since ${clock(since)}: webhook ${hook} says no`;
}

function whyUndoing({ stage, by }: Undoing, weight: number): string {
  const begun = `the last promotion is being undone by ${by}`;
  if (stage === 'divert') return `${begun}: traffic goes to the warm pods of the former version`;
  const serving = weight > 0 ? '; its warm pods serve meanwhile' : '';
  return stage === 'restore'
    ? `${begun}: the former version is put back into the primary${serving}`
    : `${begun}: the primary rolls out the former version${serving}`;
}

/** Readiness is reported in Flagger's words; the caller has written "waits for" already. */
function whyNotReady(of: 'primary' | 'canary', said: string | undefined): string {
  const reason = said?.replace(/^waiting for rollout to finish: /, '');
  return `waits for ${of} pods${reason === undefined ? '' : `: ${reason}`}`;
}

function inPhase(state: RunState): string {
  const { phase, weight, cause } = state;
  switch (phase) {
    case '':
      return `looks at the Canary: asked for by ${cause.by}`;
    case 'Initializing':
      return 'makes the primary and waits until it serves';
    case 'Progressing':
    case 'WaitingPromotion':
      return analysing(state);
    case 'Waiting':
      return 'is about to start the canary';
    case 'Promoting':
      return weight === 0
        ? 'copies the canary to the primary'
        : `copies the canary to the primary and moves traffic back: ${weight}% are still on the canary`;
    case 'Finalising':
      return 'all traffic is on the promoted primary; the canary is scaled down';
    case 'Terminating':
      return 'the Canary is deleted: the target gets its pods and traffic back';
    case 'Initialized':
    case 'Succeeded':
    case 'Failed':
    case 'Terminated':
      return `looks whether there is something to release: asked for by ${cause.by}`;
  }
}

function analysing(state: RunState): string {
  if (!state.begun) return `${notBegun(state)}${failures(state)}`;
  if (state.promoteNow) return 'is promoted without further analysis';
  const last = lastAnalysis(state);
  const at = progressOf(state);
  if (last && !last.ok) {
    if (state.unknownChecks > 0) return `${at} holds: no judgement, ${fault(last)} (${state.unknownChecks} in a row)`;
    return `${at} holds: ${fault(last)}${failures(state)}`;
  }
  const stood = `since ${clock(state.weightSince)}`;
  const { judged } = last ?? {};
  if (judged && judged.verdict !== 'PASS')
    return `${at} stands ${stood}, evidence: ${evidenceText(judged)}${failures(state)}`;
  return `${at} ${last ? `stands ${stood}, the last check passed` : `stands ${stood}, nothing has been checked at it yet`}${failures(state)}`;
}

function notBegun({ failedChecks }: RunState): string {
  return failedChecks > 0
    ? 'no traffic yet: the pre-rollout webhooks have not passed'
    : 'the canary’s pods get ready for traffic';
}

function failures({ failedChecks, policy }: RunState): string {
  if (failedChecks === 0) return '';
  return policy ? ` (${failedChecks} of ${policy.threshold} failed checks)` : ` (${failedChecks} failed checks)`;
}

/** The newest analysis, where it belongs to the current weight. */
function lastAnalysis(state: RunState): Analysis | undefined {
  for (const entry of [...state.record].reverse()) {
    if (entry.what === 'analysis') return entry;
    if (entry.what === 'weight') return undefined;
  }
  return undefined;
}

function fault({ hooks, metrics }: Analysis): string {
  const hook = hooks.find(({ ok }) => !ok);
  if (hook) return hookFault(hook);
  const metric = metrics.find(({ ok }) => !ok);
  return metric ? metricFault(metric) : 'the check failed';
}

function hookFault({ hook, error }: HookResult): string {
  return `webhook ${hook} failed${error === undefined ? '' : `: ${error}`}`;
}

/** The event's text without its start, which repeats the Canary's name. */
function metricFault({ metric, message }: MetricResult): string {
  return message?.replace(/^Halt \S+ advancement /, '') ?? `metric ${metric} failed`;
}

/** To the second, for clients to show in their own time zone. */
function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
