import type { LiveGate } from '../../../api/schema/course.js';
import type { Live, LiveNode } from '../../../api/schema/live.js';
import { approvalsText } from '../approvals.js';
import { coloured } from '../output.js';
import { analysisLines } from '../record.js';
import { standingColour, standingText } from '../standing.js';
import { clock, withLocalTimes } from '../times.js';
import { cut } from './width.js';
import { marked, nextText, startedText, trafficLine, versionsText } from './text.js';

/** The size of the screen, in characters; undefined where it is unlimited. */
export interface Room {
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/**
 * A Canary's present state, as lines for a screen.
 *
 * @param now milliseconds since 1970
 * @param trouble why the shown state may be outdated
 */
export function picture(live: Live, now: number, { width, height }: Room, trouble?: string): string[] {
  const lines = [
    ...(trouble === undefined ? [] : [coloured('red', trouble)]),
    ...head(live, now),
    '',
    ...live.tree.flatMap((node) => branch(node, '', '')),
    ...checks(live),
    ...gates(live),
    ...foot(live),
  ];
  const fitting = height === undefined || lines.length <= height ? lines : shortened(lines, height);
  return width === undefined ? fitting : fitting.map((line) => cut(line, width));
}

function head(live: Live, now: number): string[] {
  const { canary, cluster, weight, why, strategy, attention, release, standing } = live;
  const { versions, ended = true } = release ?? {};
  const colour = standingColour(standing);
  const traffic = live.traffic?.to === 'match';
  const next = nextText(live.next, now);
  return [
    [
      `${canary.name}.${canary.namespace}`,
      versions && versionsText(versions),
      coloured(colour, standingText(live) || 'New'),
      `(cluster ${cluster})`,
    ]
      .filter((part) => part !== undefined)
      .join('  '),
    ...(release === undefined ? [] : [field('Started by', startedText(release, now))]),
    // None of it applies once the release has ended.
    ...(ended && release !== undefined ? [] : [field(traffic ? 'Traffic' : 'Weight', trafficLine(live))]),
    ...(!ended && strategy?.steps ? [field('Steps', stepsText(strategy.steps, weight.wanted))] : []),
    ...(!ended && strategy?.iterations
      ? [field('Iterations', `${strategy.iterations.done} of ${strategy.iterations.of}`)]
      : []),
    field('Status', coloured(ended ? colour : undefined, withLocalTimes(why, now))),
    ...(next === undefined ? [] : [field('Next', next)]),
    ...(attention === undefined ? [] : [field('Attention', coloured('yellow', attention))]),
  ];
}

/** The current step is in brackets. */
function stepsText(steps: readonly number[], wanted: number): string {
  return steps.map((step) => (step === wanted ? `[${step}]` : String(step))).join(' ');
}

function branch({ kind, name, health, status, detail, children }: LiveNode, first: string, rest: string): string[] {
  const more = detail === undefined ? '' : `  ${detail}`;
  const line = `${first}${marked(health, `${kind} ${name}  ${status}`)}${more}`;
  const last = children.length - 1;
  return [
    line,
    ...children.flatMap((child, i) =>
      branch(child, rest + (i === last ? '└─ ' : '├─ '), rest + (i === last ? '   ' : '│  ')),
    ),
  ];
}

function checks({ release }: Live): string[] {
  const last = release?.lastAnalysis ?? release?.record.findLast(({ what }) => what === 'analysis');
  const [title, ...rows] = last ? analysisLines(last) : [];
  return title === undefined ? [] : ['', `Checks ${title}`, ...rows.map((row) => `  ${row}`)];
}

function gates({ gates: all }: Live): string[] {
  const health = { closed: 'busy', approved: 'good', ahead: 'idle' } as const;
  const lines = all.map((one) => {
    const when = one.since === undefined ? '' : ` since ${clock(one.since)}`;
    const whom = decidesText(one);
    return `  ${marked(health[one.status], `${one.gate}  ${one.status}${when}`)}${whom === '' ? '' : `  ${whom}`}`;
  });
  return lines.length === 0 ? [] : ['', 'Gates', ...lines];
}

/** People where the policy needs them, else a webhook. */
function decidesText({ policy, needed, given = [], groups = [], notByTrigger = false, hook, hooks }: LiveGate): string {
  if (policy !== undefined && needed !== undefined) return approvalsText({ needed, given, groups, notByTrigger });
  const whom = hook ?? hooks.join(', ');
  return whom === '' ? '' : `webhook ${whom}`;
}

function foot({ release, links }: Live): string[] {
  const orders = (release?.steering ?? []).map(({ order }) => order);
  const lines = [
    ...(orders.length === 0 ? [] : [field('Orders', orders.join(', '))]),
    ...(links.temporal === undefined ? [] : [field('Temporal', links.temporal)]),
    ...(links.logs === undefined ? [] : [field('Logs', links.logs)]),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function field(name: string, value: string): string {
  return `${`${name}:`.padEnd(12)}${value}`;
}

function shortened(lines: readonly string[], height: number): string[] {
  const kept = Math.max(1, height - 1);
  return [...lines.slice(0, kept), `… ${lines.length - kept} more lines`];
}
