import { useEffect, useState } from 'react';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED = 'serinus.theme';

export function storedTheme(): Theme {
  const stored = localStorage.getItem(STORED);
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

/** `data-theme` selects the styles where the user has chosen, else the system's preference. */
export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  window.dispatchEvent(new Event('themechange'));
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(STORED, theme);
  applyTheme(theme);
}

/** A number that changes with the colours, for canvases, which styles don't reach. */
export function useColourChange(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const changed = (): void => setCount((was) => was + 1);
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', changed);
    window.addEventListener('themechange', changed);
    return () => {
      dark.removeEventListener('change', changed);
      window.removeEventListener('themechange', changed);
    };
  }, []);
  return count;
}
