import { countedFor, demandOf, isPolicyGate, ruleAt, titleOf } from '../domain/approvals/approvals.js';
import type { SeenShare, UnknownShare } from '../domain/findings.js';
import type { RecordEntry } from '../domain/record/record.js';
import { progressOf } from '../domain/progress.js';
import type { PolicyGate, RunState } from '../domain/state.js';

/**
 * The state of a run in Markdown, for somebody who looks at the Temporal UI and has never seen this code: where it
 * stands, what it waits for, how to steer it, what happened last.
 */
export function detailsOf(state: RunState, workflowId: string): string {
  const { canary } = state;
  const lines = [
    `## ${canary.name}.${canary.namespace} — ${headline(state)}`,
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

function headline(state: RunState): string {
  if (state.ending) return `${state.ending.kind}: ${state.ending.reason}`;
  if (state.paused) return `paused by ${state.paused.by}`;
  if (isPolicyGate(state.gate)) return policyGateOf(state, state.gate);
  if (state.gate) return `waiting at the gate ${state.gate.gate}, closed by ${state.gate.hook}`;
  if (state.waiting.for === 'readiness') return `waiting for ${state.waiting.of} pods`;
  if (state.problem) return state.problem.text;
  return state.phase === 'Progressing' ? `analysing at ${progressOf(state)}` : state.phase || 'new';
}

function policyGateOf(state: RunState, gate: PolicyGate): string {
  const rule = ruleAt(state, gate);
  if (rule === undefined) return `waiting at the gate ${titleOf(gate)}`;
  const given = countedFor(state, rule, gate.revision).map(({ by }) => by);
  return `waiting for ${demandOf(rule)}, given by ${given.length === 0 ? 'nobody yet' : given.join(', ')}`;
}

function limitOf(state: RunState): string {
  const strategy = state.policy?.strategy;
  return strategy?.kind === 'canary' ? ` of ${strategy.maxWeight}%` : '';
}

function checksOf(state: RunState): string[] {
  const last = state.record.findLast((entry) => entry.what === 'analysis');
  if (last?.what !== 'analysis') return [];
  const rows = last.metrics.map(
    (m) => `| ${m.metric} | ${m.value ?? '—'} | ${rangeOf(m.min, m.max)} | ${m.ok ? 'passed' : 'failed'} |`,
  );
  const hooks = last.hooks.map((h) => `| webhook ${h.hook} | ${h.error ?? ''} | | ${h.ok ? 'passed' : 'failed'} |`);
  return ['### Last analysis', '', '| check | value | range | verdict |', '|---|---|---|---|', ...hooks, ...rows, ''];
}

function rangeOf(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `≥ ${min}`;
  return max === undefined ? '' : `≤ ${max}`;
}

function steering(state: RunState, workflowId: string): string[] {
  if (state.ending) return [];
  const name = `${state.canary.name} -n ${state.canary.namespace}`;
  const orders = ordersAt(state);
  // A signal says who somebody claims to be, which some gates don't take.
  const signal = orders.find((order) => order !== 'approve' || !needsVerified(state)) ?? 'abort';
  return [
    '### Steer it',
    ...orders.map((order) => `- \`serinus ${order} ${name} --reason "…"\``),
    `- or a signal: \`temporal workflow signal -w "${workflowId}" --name ${signal} --input '{"by":"you","reason":"…"}'\``,
    '',
  ];
}

function ordersAt({ paused, gate }: RunState): readonly string[] {
  if (paused) return ['resume', 'abort'];
  if (gate?.gate === 'rollback') return ['approve', 'abort'];
  return gate ? ['approve', 'reject', 'abort'] : ['pause', 'promote', 'abort'];
}

function needsVerified(state: RunState): boolean {
  const rule = isPolicyGate(state.gate) ? ruleAt(state, state.gate) : undefined;
  return rule !== undefined && (rule.groups.length > 0 || rule.notByTrigger);
}

function lineOf(entry: RecordEntry): string {
  const at = new Date(entry.at).toISOString().slice(11, 19);
  switch (entry.what) {
    case 'event':
      return `- ${at} ${entry.type === 'Warning' ? '⚠ ' : ''}${entry.message}`;
    case 'weight':
      return `- ${at} canary weight ${entry.canary}%`;
    case 'phase':
      return `- ${at} phase ${entry.phase}`;
    case 'analysis':
      return `- ${at} analysis at ${entry.weight}%: ${entry.ok ? 'passed' : 'failed'}${seenOf(entry.seen)}`;
    case 'webhook': {
      const often = entry.times === undefined ? '' : `, ${entry.times} times`;
      return `- ${at} ${entry.type} webhook ${entry.hook}: ${entry.ok ? 'passed' : (entry.error ?? 'failed')}${often}`;
    }
    case 'order':
      return `- ${at} ${entry.by} ordered ${entry.order}${entry.reason ? `: ${entry.reason}` : ''}${entry.refused ? ` (refused: ${entry.refused})` : ''}`;
    case 'undelivered': {
      const rest = entry.count > 1 ? ` and ${entry.count - 1} more` : '';
      const then = entry.handedTo === undefined ? '' : `; ${entry.handedTo} goes on trying`;
      return `- ${at} ⚠ not delivered to ${entry.to}: "${entry.first}"${rest}: ${entry.error}${then}`;
    }
    case 'load-test':
      return `- ${at} load test ${entry.result.name}: ${entry.result.requests} requests, ${entry.result.failed} failed`;
  }
}

function seenOf(seen: SeenShare | UnknownShare | undefined): string {
  if (seen === undefined || 'unknown' in seen) return '';
  return `, ${seen.percent}% of ${seen.requests} requests met the canary`;
}
