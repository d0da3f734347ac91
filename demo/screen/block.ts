import type { Analysis } from '../watch/canary-watch.js';
import { span, widthOf, type Line, type Span, type Tone } from './style.js';
import { clock, judged, milliseconds, percent, shareOf, successRate, type View } from './view.js';

const LABEL_WIDTH = 10;
const MAX_BAR = 50;
const MIN_BAR = 10;
/** What stands beside the bar. */
const BESIDE_BAR = 48;

/** The block at the bottom of the terminal, line by line. */
export function block(view: View, columns: number): Line[] {
  const { observation: observation } = view;
  return [
    heading(view, columns),
    weightLine(view, columns),
    canaryLine(view),
    clientLine(view),
    requestsLine(view),
    ...(observation.trouble === undefined ? [] : [labelled('trouble', [span(observation.trouble, 'bad')])]),
  ];
}

function heading({ title, observation: observation, elapsedSeconds }: View, columns: number): Line {
  const { primary, canary } = observation.versions;
  const versions = canary === primary || canary === '' ? primary : `${primary} → ${canary}`;
  const left = [span('── ', 'dim'), span(title, 'bold'), span(versions === '' ? ' ' : ` ${versions} `, 'accent')];
  const right = [
    span(` ${observation.phase || 'new'}`, toneOf(observation.phase)),
    span(` ${clock(elapsedSeconds)} ──`, 'dim'),
  ];
  const gap = Math.max(2, columns - widthOf(left) - widthOf(right));
  return [...left, span('─'.repeat(gap), 'dim'), ...right];
}

function toneOf(phase: string): Tone {
  if (phase === 'Failed') return 'bad';
  return phase === 'Succeeded' || phase === 'Initialized' ? 'good' : 'warning';
}

function weightLine({ observation: observation, maxWeight, recent, recentSeconds }: View, columns: number): Line {
  const width = Math.max(MIN_BAR, Math.min(MAX_BAR, columns - LABEL_WIDTH - BESIDE_BAR));
  const { primary, canary } = observation.versions;
  const share = canary === primary ? undefined : shareOf(canary, recent);
  const served =
    share === undefined ? [] : [span(`  ${canary} answers ${share.toFixed(0)}% (last ${recentSeconds} s)`)];
  return labelled('weight', [
    ...bar(observation.weight, maxWeight, width),
    span(` ${String(observation.weight).padStart(3)}%`, 'bold'),
    ...served,
  ]);
}

/** From 0 to 100, with a mark where the analysis ends. */
function bar(weight: number, maxWeight: number, width: number): Span[] {
  const filled = Math.round((weight * width) / 100);
  const mark = Math.min(width - 1, Math.round((maxWeight * width) / 100));
  const cells = Array.from({ length: width }, (_, at) => (at < filled ? '█' : at === mark ? '┊' : '░')).join('');
  return [span(cells.slice(0, filled), 'good'), span(cells.slice(filled), 'dim')];
}

function canaryLine({ observation: observation, threshold }: View): Line {
  const { analysis, failedChecks } = observation;
  const checks = failedChecks === 0 ? [] : [span(`  failed checks ${failedChecks} of ${threshold}`, 'warning')];
  return labelled('canary', [...figures(analysis), ...(analysis ? verdict(analysis) : []), ...checks]);
}

function figures(analysis: Analysis | undefined): Span[] {
  const success = judged(analysis, 'request-success-rate');
  const duration = judged(analysis, 'request-duration');
  const tone = (figure: { ok: boolean } | undefined): Tone => (figure?.ok === false ? 'bad' : 'plain');
  return [
    span('success '),
    span(percent(success?.value).padStart(7), tone(success)),
    span('   P99 '),
    span(milliseconds(duration?.value).padStart(7), tone(duration)),
  ];
}

function verdict(analysis: Analysis): Span[] {
  const ranges = (['request-success-rate', 'request-duration'] as const).flatMap(
    (metric) => judged(analysis, metric)?.range ?? [],
  );
  const must = ranges.length === 0 ? '' : ` (${ranges.join(', ')})`;
  return [
    span('   Serinus at ', 'dim'),
    span(`${analysis.weight}%: `, 'dim'),
    analysis.ok ? span('passed', 'good') : span('halted', 'bad'),
    span(must, 'dim'),
  ];
}

function clientLine({ recent, recentSeconds }: View): Line {
  return labelled('all', [
    span('success '),
    span(percent(successRate(recent)).padStart(7), recent.failed > 0 ? 'bad' : 'plain'),
    span('   P99 '),
    span(milliseconds(recent.p99Ms).padStart(7)),
    span(`   as the client sees it, last ${recentSeconds} s`, 'dim'),
  ]);
}

function requestsLine({ byVersion, failed }: View): Line {
  const versions = [...byVersion].map(([version, count]) => `${version}: ${count.toLocaleString('en-US')}`);
  return labelled('requests', [
    span(`${versions.join('   ') || 'none yet'}   `),
    span(`failed: ${failed.toLocaleString('en-US')}`, failed > 0 ? 'bad' : 'good'),
  ]);
}

function labelled(label: string, spans: readonly Span[]): Line {
  return [span(` ${label}`.padEnd(LABEL_WIDTH), 'dim'), ...spans];
}
