import type { Live } from '../api/types.js';
import type { Judged, Window } from './windows.js';

interface Span {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

type MetricLinks = NonNullable<Live['links']['metrics']>;

/**
 * The windows with links to the exact query of each. The API renders the queries of the last check only: those of
 * earlier ones differ only in their time span.
 */
export function linked(windows: readonly Window[], links: MetricLinks | undefined): readonly Window[] {
  const last = windows.at(-1);
  if (links === undefined || last === undefined) return windows;
  return windows.map((window) => ({ ...window, judged: window.judged.map((one) => withLink(one, last, links)) }));
}

function withLink(judged: Judged, last: Window, links: MetricLinks): Judged {
  const { href } = links.find(({ metric }) => metric === judged.name) ?? {};
  const of = last.judged.find(({ name }) => name === judged.name)?.window;
  if (judged.kind !== 'metric' || href === undefined || of === undefined || judged.window === undefined) return judged;
  return { ...judged, href: moved(href, of, judged.window) };
}

/** A URL for another span of time: each form in which the API writes a time into a URL. */
export function moved(href: string, of: Span, to: Span): string {
  return href
    .replaceAll(String(of.from), String(to.from))
    .replaceAll(String(of.to), String(to.to))
    .replaceAll(endOf(of), endOf(to));
}

function endOf({ to }: Span): string {
  return encodeURIComponent(new Date(to).toISOString().slice(0, 19).replace('T', ' '));
}
