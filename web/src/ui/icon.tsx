/** Shapes that differ without their colours, on a grid of 16. */
const PATHS = {
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  cross: 'M4 4 12 12M12 4 4 12',
  clock: 'M8 4.5V8l2.5 1.5M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  forward: 'M3 8h9M8.5 4.5 12 8l-3.5 3.5',
  back: 'M6.5 3.5 3 7l3.5 3.5M3 7h6.5a3.5 3.5 0 0 1 0 7H7',
  up: 'M8 13V4M4.5 7.5 8 4l3.5 3.5',
  down: 'M8 3v9M4.5 8.5 8 12l3.5-3.5',
  more: 'M8 3.5h.1M8 8h.1M8 12.5h.1',
  warning: 'M8 2.5 14.5 13.5h-13ZM8 6.5v3M8 11.6v.2',
  dash: 'M4 8h8',
  dots: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  outside: 'M6.5 3.5h-3v9h9v-3M9 3.5h3.5V7M12.5 3.5 7.5 8.5',
  dot: 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
} as const;

export type IconName = keyof typeof PATHS;

/** Hidden from screen readers: there is always a word beside it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
