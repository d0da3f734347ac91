import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { withLocalTimes } from '../format/times.js';
import { en, type Texts } from './en.js';
import { zh } from './zh.js';

export const LANGUAGES = { en, 'zh-CN': zh } as const satisfies Readonly<Record<string, Texts>>;
export type LanguageName = keyof typeof LANGUAGES;

interface Language {
  readonly language: LanguageName;
  /** For numbers and times: the browser's variety of this language, `en-GB` for `en`. */
  readonly locale: string;
  readonly t: Texts;
  readonly choose: (language: LanguageName) => void;
}

const STORED = 'serinus.language';
const Context = createContext<Language>({ language: 'en', locale: 'en', t: en, choose: () => undefined });

/** The former choice, else the first of the browser's languages that the page has, else English. */
export function preferred(stored: string | null, browser: readonly string[]): LanguageName {
  if (stored !== null && stored in LANGUAGES) return stored as LanguageName;
  for (const tag of browser) {
    const base = tag.toLowerCase().split('-')[0];
    if (base === 'zh') return 'zh-CN';
    if (base === 'en') return 'en';
  }
  return 'en';
}

/** The browser's own variety of a language, where it has one. */
export function localeFor(language: LanguageName, browser: readonly string[]): string {
  const base = language.split('-')[0];
  return browser.find((tag) => tag.toLowerCase().split('-')[0] === base) ?? language;
}

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(() => preferred(localStorage.getItem(STORED), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo(
    () => ({
      language,
      locale: localeFor(language, navigator.languages),
      t: LANGUAGES[language],
      choose: (next: LanguageName) => {
        localStorage.setItem(STORED, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <Context value={value}>{children}</Context>;
}

export function useLanguage(): Language {
  return useContext(Context);
}

/**
 * Text from the server, which is English whatever the language of the page. Its times are shown like all others: in the
 * user's time zone.
 */
export function Said({ children }: { readonly children: string }) {
  const { locale } = useLanguage();
  return <span lang="en">{withLocalTimes(children, locale)}</span>;
}
