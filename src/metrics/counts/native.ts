import { ProviderError } from '../errors.js';
import type { HistogramSample, Series } from '../port.js';

/**
 * Turns native histograms into the counters of classic ones: how many values were at most each edge. Where an edge is a
 * bucket's border nothing is interpolated.
 */

type Bucket = HistogramSample['buckets'][number];

/** The native histogram's name for `x_bucket{…}`. */
export function nativeSelector(selector: string): string {
  return selector.replace(/_bucket(?=\{)/, '');
}

/**
 * @param edges in the histogram's unit, if they are chosen already; its own borders otherwise
 * @throws ProviderError where a bucket lies across such an edge
 */
export function asCounters(series: readonly Series[], edges: readonly number[] | undefined): readonly Series[] {
  const native = series.filter(({ histograms = [] }) => histograms.length > 0);
  const at = [...(edges ?? bordersOf(native)).filter(Number.isFinite), Infinity];
  return native.flatMap(({ labels, histograms = [] }) =>
    at.map((edge) => ({
      labels: { ...labels, le: edge === Infinity ? '+Inf' : String(edge) },
      samples: histograms.map((one) => ({ at: one.at, value: edge === Infinity ? one.count : upTo(edge, one) })),
    })),
  );
}

function upTo(edge: number, { buckets }: HistogramSample): number {
  return buckets.reduce((sum, { left, right, count }) => {
    if (left < edge && edge < right) {
      throw new ProviderError(`the histogram has no border at ${edge} any more, only at ${left} and ${right}`);
    }
    return right <= edge ? sum + count : sum;
  }, 0);
}

/**
 * Borders that all samples have. For an exponential histogram those that are powers of two, which stay when it becomes
 * coarser: buckets without values are omitted, so the borders between are filled in.
 */
function bordersOf(series: readonly Series[]): readonly number[] {
  const buckets = series
    .flatMap(({ histograms = [] }) => histograms.flatMap((one) => one.buckets))
    // The bucket around zero has no border of its own.
    .filter(({ left, right }) => right > 0 && (left >= 0 || left === -Infinity));
  const shown = [...new Set(buckets.map(({ right }) => right))].filter(Number.isFinite);
  const borders = buckets.every(isExponential) ? powersOfTwo(shown) : shown;
  const isWhole = (border: number) => buckets.every(({ left, right }) => border <= left || right <= border);
  return borders.filter(isWhole).toSorted((a, b) => a - b);
}

/** Its borders are a power of 2^(2^-s) apart, for a whole s. */
function isExponential({ left, right }: Bucket): boolean {
  if (left <= 0 || right === Infinity) return false;
  const scale = Math.log2(Math.log2(right / left));
  return Math.abs(scale - Math.round(scale)) < 1e-6;
}

/** At the lower end, more of them than have values add nothing. */
const MOST_DOUBLINGS = 20;

function powersOfTwo(shown: readonly number[]): readonly number[] {
  if (shown.length === 0) return [];
  const last = Math.ceil(Math.log2(Math.max(...shown)));
  const first = Math.max(Math.ceil(Math.log2(Math.min(...shown))), last - MOST_DOUBLINGS);
  return Array.from({ length: last - first + 1 }, (_, i) => 2 ** (first + i));
}
