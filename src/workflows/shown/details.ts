import { isPolicyGate, ruleAt } from '../../domain/approvals/approvals.js';
import { evidenceBar, evidenceRows, evidenceText } from '../../domain/narrative/evidence-rows.js';
import { checkRows, recordText } from '../../domain/narrative/record-line.js';
import { why } from '../../domain/narrative/why.js';
import { ORDERS, sampleInputOf } from '../../domain/orders/catalogue.js';
import { possibleUnderWay } from '../../domain/orders/possible.js';
import type { RecordEntry } from '../../domain/record/record.js';
import type { RunState } from '../../domain/state.js';

/**
 * The state of a run in Markdown, for people who look at the Temporal UI and have never seen this code: where the
 * release stands, what it waits for, how to steer it, what happened last.
 */
export function detailsOf(state: RunState, workflowId: string): string {
  const { canary } = state;
  const lines = [
    `## ${canary.name}.${canary.namespace} — ${why(state)}`,
    '',
    '| | |',
    '|---|---|',
    `| phase | **${state.phase || 'new'}** |`,
    `| canary weight | **${state.weight}%**${limitOf(state)} |`,
    `| failed checks | ${state.failedChecks}${state.policy ? ` of ${state.policy.threshold}` : ''} |`,
    `| revision | ${state.applied?.hash ?? '—'} |`,
    `| asked for by | ${state.cause.by}${state.cause.reason ? ` — ${state.cause.reason}` : ''} |`,
    '',
    ...checksOf(state),
    ...steering(state, workflowId),
    '### What happened last',
    ...state.record.slice(-12).map(lineOf),
  ];
  return lines.join('\n');
}

function limitOf(state: RunState): string {
  const strategy = state.policy?.strategy;
  return strategy?.kind === 'canary' ? ` of ${strategy.maxWeight}%` : '';
}

function checksOf(state: RunState): string[] {
  const last = state.record.findLast((entry) => entry.what === 'analysis');
  if (last === undefined) return [];
  const rows = checkRows(last).map(
    ({ check, value, range, verdict }) => `| ${check} | ${value} | ${range} | ${verdict} |`,
  );
  return [
    '### Last analysis',
    '',
    '| check | value | range | verdict |',
    '|---|---|---|---|',
    ...rows,
    '',
    ...evidenceOf(last),
  ];
}

function evidenceOf({ judged }: Extract<RunState['record'][number], { what: 'analysis' }>): string[] {
  if (judged === undefined) return [];
  const rows = evidenceRows(judged).map(
    ({ metric, ratio, requests, towardsRollback, towardsProof }) =>
      `| ${metric} | ${ratio} | ${Math.round(requests)} | ${evidenceBar(towardsRollback)} | ${evidenceBar(towardsProof)} |`,
  );
  return [
    `### Evidence: ${evidenceText(judged)}`,
    '',
    '| metric | times the primary’s | requests | towards rollback | towards proof |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ];
}

function steering(state: RunState, workflowId: string): string[] {
  if (state.ending) return [];
  const orders = possibleUnderWay(state);
  // A signal only claims who sent it, which some gates don't accept.
  const bySignal = orders.find(({ order }) => ORDERS[order].asksGroups !== true || !needsVerified(state)) ?? orders[0];
  if (bySignal === undefined) return [];
  return [
    '### Steer it',
    ...orders.map(({ command, effect }) => `- \`${command} --reason "…"\`: ${effect}`),
    `- or a signal: \`temporal workflow signal -w "${workflowId}" --name ${bySignal.order} --input '${sampleInputOf(bySignal.order)}'\``,
    '',
  ];
}

function needsVerified(state: RunState): boolean {
  const rule = isPolicyGate(state.gate) ? ruleAt(state, state.gate) : undefined;
  return rule !== undefined && (rule.groups.length > 0 || rule.notByTrigger);
}

function lineOf(entry: RecordEntry): string {
  const { text, isWarning } = recordText(entry);
  return `- ${new Date(entry.at).toISOString().slice(11, 19)} ${isWarning ? '⚠ ' : ''}${text}`;
}
