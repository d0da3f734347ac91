import { useEffect } from 'react';
import type { Tone } from './status.js';

/** Colours of the dot in the corner; they are seen on light and on dark tabs. */
const DOTS: Readonly<Record<Tone, string | undefined>> = {
  good: '#1a7f37',
  bad: '#cf222e',
  warn: '#bc4c00',
  busy: '#0969da',
  calm: undefined,
};

const SIGN =
  '<rect width="32" height="32" rx="7" fill="#f2b705"/><path d="M6 23h6v-5h6v-5h6V8" fill="none" stroke="#1d1a10" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round"/>';

/** The tab's icon as a URL: Serinus' logo, with a dot where there is news. */
export function faviconOf(tone: Tone | undefined): string {
  const dot = tone === undefined ? undefined : DOTS[tone];
  if (dot === undefined) return '/favicon.svg';
  const circle = `<circle cx="23" cy="23" r="8" fill="${dot}" stroke="#fff" stroke-width="2"/>`;
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${SIGN}${circle}</svg>`)}`;
}

/** Shows a state in the browser's tab while the component is shown. */
export function useFavicon(tone: Tone | undefined): void {
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (!link) return;
    link.href = faviconOf(tone);
    return () => {
      link.href = faviconOf(undefined);
    };
  }, [tone]);
}
