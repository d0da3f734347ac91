import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { clock } from '../format/times.js';
import { useColourChange } from '../theme.js';
import type { Held } from './series.js';

/** The data of one of several plots above each other. */
export interface PanelProps<Series> {
  readonly series: Series;
  readonly held: readonly Held[];
  readonly span: readonly [number, number];
  readonly labelled: boolean;
  readonly marks: readonly number[];
  readonly zoom: (span: readonly [number, number]) => void;
}

/** A line of a plot. */
export interface Drawing {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly colour: 'canary' | 'seen' | 'metric';
  /** The value holds until the next one. */
  readonly stepped?: boolean;
  /** Measured now and then: values in between are unknown. */
  readonly pointsOnly?: boolean;
  /** Points that are drawn as failed. */
  readonly failed?: readonly boolean[];
  /** An edge of the band around the other lines. */
  readonly edge?: 'upper' | 'lower';
}

interface Props {
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[];
  readonly span: readonly [number, number];
  readonly drawings: readonly Drawing[];
  readonly limits: readonly number[];
  /** The lines are only for comparison: values beyond them are no failure. */
  readonly neutral?: boolean;
  /** Moments that are marked, seconds since 1970. */
  readonly marks: readonly number[];
  /** Times of waiting for people, seconds since 1970. */
  readonly held: readonly { readonly from: number; readonly to: number }[];
  /** The user has selected a part of the span, seconds since 1970. */
  readonly zoom: (span: readonly [number, number]) => void;
  /** The smallest range of values to show. */
  readonly least: readonly [number, number];
  readonly format: (value: number) => string;
  readonly locale: string;
  readonly height: number;
  /** The axis of time is labelled below this one. */
  readonly labelled: boolean;
}

const POINT = 3.5;

/** One plot. Screen readers skip it, since a table has the same figures. All plots of a release share one cursor. */
export function Plot(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const colours = useColourChange();
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const { drawings, limits, locale, height, labelled } = props;
  // Changes of these recreate the plot; its figures are updated without that.
  const kind = [colours, locale, height, labelled, limits.join(), drawings.map(({ label }) => label).join()].join('|');

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(optionsOf(latest, element), dataOf(latest.current), element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [kind, height]);

  useEffect(() => {
    plot.current?.setData(dataOf(props));
  });
  return <div className="plot" ref={place} aria-hidden="true" />;
}

function dataOf({ times, drawings }: Props): uPlot.AlignedData {
  return [[...times], ...drawings.map(({ values }) => [...values])];
}

function optionsOf(latest: { readonly current: Props }, element: HTMLElement): uPlot.Options {
  const { height, drawings, labelled, locale, format, neutral } = latest.current;
  const colour = coloursOf(element);
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: colour('--text-muted'),
    font,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    padding: [8, 28, labelled ? 0 : 8, 0],
    legend: { show: false },
    cursor: { sync: { key: 'release' }, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    scales: {
      x: { range: () => [...latest.current.span] },
      y: { range: (_plot, low, high) => rangeOf(latest.current, low, high) },
    },
    axes: [
      {
        ...axis,
        size: labelled ? 28 : 0,
        space: 90,
        // Half a second would have the same label as the whole one beside it.
        values: (_plot, splits) =>
          splits.map((at) => (labelled && Number.isInteger(at) ? clock(at * 1000, locale) : '')),
      },
      { ...axis, size: 64, space: 30, values: (_plot, splits) => splits.map(format) },
    ],
    series: [{}, ...drawings.map((drawing) => seriesOf(drawing, colour))],
    ...bandOf(drawings, colour),
    hooks: {
      drawClear: [
        (made) => drawHeld(made, latest.current, colour),
        (made) => drawFailing(made, latest.current, colour),
      ],
      setSelect: [(made) => chosen(made, latest.current)],
      draw: [
        (made) => drawLines(made, 'x', latest.current.marks, { colour: colour('--plot-mark'), dash: 2 }),
        (made) =>
          drawLines(made, 'y', latest.current.limits, {
            colour: colour(neutral ? '--line-strong' : '--plot-limit'),
            dash: 4,
          }),
        (made) => drawFailures(made, latest.current, colour),
      ],
    },
  };
}

function seriesOf({ label, colour: name, stepped, pointsOnly, edge }: Drawing, colour: Colours): uPlot.Series {
  if (edge) return { label, width: 0, points: { show: false }, spanGaps: true };
  const stroke = colour(`--plot-${name}`);
  return {
    label,
    stroke,
    width: 2,
    ...(pointsOnly && { paths: () => null }),
    ...(stepped && uPlot.paths.stepped && { paths: uPlot.paths.stepped({ align: 1 }) }),
    ...(stepped && { fill: colour('--plot-canary-fill') }),
    points: { show: !stepped, size: pointsOnly ? 7 : 5, fill: stroke },
    spanGaps: true,
  };
}

/** Between the two edges, where there are both. */
function bandOf(drawings: readonly Drawing[], colour: Colours): Pick<uPlot.Options, 'bands'> {
  const upper = drawings.findIndex(({ edge }) => edge === 'upper');
  const lower = drawings.findIndex(({ edge }) => edge === 'lower');
  if (upper < 0 || lower < 0) return {};
  // The first of uPlot's series is the time.
  return { bands: [{ series: [upper + 1, lower + 1], fill: colour('--plot-band') }] };
}

/** All measured values, the limits, and a margin. */
function rangeOf({ limits, least }: Props, low: number | null, high: number | null): [number, number] {
  const values = [...limits, ...least, ...(low === null ? [] : [low]), ...(high === null ? [] : [high])];
  const from = Math.min(...values);
  const to = Math.max(...values);
  const room = (to - from || 1) * 0.08;
  return [from === least[0] ? from : from - room, to + room];
}

type Colours = (name: string) => string;

/** Colours of the style sheet, as a canvas takes them. */
function coloursOf(element: HTMLElement): Colours {
  const colour = (name: string): string => {
    element.style.color = `var(${name})`;
    return getComputedStyle(element).color;
  };
  const known = new Map<string, string>();
  return (name) => {
    const found = known.get(name) ?? colour(name);
    known.set(name, found);
    return found;
  };
}

const LEAST_ZOOM_PX = 8;

function chosen(made: uPlot, { zoom }: Props): void {
  const { left, width } = made.select;
  if (width < LEAST_ZOOM_PX) return;
  zoom([made.posToVal(left, 'x'), made.posToVal(left + width, 'x')]);
  made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

/** The time before each failed check, back to the check before it. */
function drawFailing(made: uPlot, { times, drawings }: Props, colour: Colours): void {
  const spans = drawings.flatMap(({ failed = [] }) =>
    failed.flatMap((isFailed, index) => {
      const to = times[index];
      return isFailed && to !== undefined ? [{ from: times[index - 1] ?? to, to }] : [];
    }),
  );
  fillSpans(made, spans, colour('--plot-failing'));
}

function drawHeld(made: uPlot, { held }: Props, colour: Colours): void {
  fillSpans(made, held, colour('--plot-held'));
}

function fillSpans(made: uPlot, spans: Props['held'], fill: string): void {
  const { ctx, bbox } = made;
  ctx.save();
  ctx.fillStyle = fill;
  for (const { from, to } of spans) {
    const left = Math.max(bbox.left, made.valToPos(from, 'x', true));
    const right = Math.min(bbox.left + bbox.width, made.valToPos(to, 'x', true));
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

interface LineStyle {
  readonly colour: string;
  /** Length of a dash, in pixels of the page; the gaps have three. */
  readonly dash: number;
}

/** A dashed line across the plot at each value of a scale. */
function drawLines(made: uPlot, scale: 'x' | 'y', values: readonly number[], { colour, dash }: LineStyle): void {
  const { ctx, bbox } = made;
  const right = bbox.left + bbox.width;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([dash * devicePixelRatio, 3 * devicePixelRatio]);
  for (const value of values) {
    const at = made.valToPos(value, scale, true);
    if (scale === 'x' && (at < bbox.left || at > right)) continue;
    ctx.beginPath();
    ctx.moveTo(scale === 'x' ? at : bbox.left, scale === 'x' ? bbox.top : at);
    ctx.lineTo(scale === 'x' ? at : right, scale === 'x' ? bottom : at);
    ctx.stroke();
  }
  ctx.restore();
}

/** A cross where a check failed: recognisable by its shape. */
function drawFailures(made: uPlot, { times, drawings }: Props, colour: Colours): void {
  const { ctx } = made;
  const size = POINT * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour('--bad');
  ctx.lineWidth = 2 * devicePixelRatio;
  for (const { values, failed } of drawings) {
    failed?.forEach((isFailed, index) => {
      const value = values[index];
      const time = times[index];
      if (!isFailed || value == null || time === undefined) return;
      const x = made.valToPos(time, 'x', true);
      const y = made.valToPos(value, 'y', true);
      ctx.beginPath();
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x + size, y - size);
      ctx.lineTo(x - size, y + size);
      ctx.stroke();
    });
  }
  ctx.restore();
}
