import { useCallback, useSyncExternalStore } from 'react';

/** Lines that are drawn beyond the window, above and below: whoever scrolls sees no gap. */
const BEYOND = 12;

/**
 * Which lines of a long list are in the window, where all are of one height.
 *
 * @param count of all lines
 * @param height of a line, pixels
 * @param top of the list, pixels from the top of the page
 * @returns from the first to before the last
 */
export function useWindow(count: number, height: number, top: number): { readonly from: number; readonly to: number } {
  // Whole lines: a scroll that brings no other line draws nothing anew.
  const first = useSyncExternalStore(
    listen,
    useCallback(() => Math.floor((window.scrollY - top) / height), [height, top]),
  );
  const shown = useSyncExternalStore(
    listen,
    useCallback(() => Math.ceil(window.innerHeight / height) + 1, [height]),
  );
  const from = Math.min(count, Math.max(0, first - BEYOND));
  return { from, to: Math.min(count, Math.max(from, first + shown + BEYOND)) };
}

function listen(changed: () => void): () => void {
  window.addEventListener('scroll', changed, { passive: true });
  window.addEventListener('resize', changed);
  return () => {
    window.removeEventListener('scroll', changed);
    window.removeEventListener('resize', changed);
  };
}
