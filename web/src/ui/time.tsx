import { useEffect, useState } from 'react';
import { ago, clock, dateAndTime } from '../format/times.js';
import { useLanguage } from '../i18n/language.js';

/** Milliseconds since 1970, updated each second (or as often as set). */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** `3 minutes ago`, with the whole time in the tooltip. */
export function Ago({ at, short = false }: { readonly at: string; readonly short?: boolean }) {
  const { locale } = useLanguage();
  const now = useNow(5_000);
  return (
    <time dateTime={at} title={dateAndTime(at, locale)}>
      {ago(at, now, locale, short ? 'short' : 'long')}
    </time>
  );
}

export function Clock({ at }: { readonly at: string }) {
  const { locale } = useLanguage();
  return (
    <time dateTime={at} title={dateAndTime(at, locale)}>
      {clock(at, locale)}
    </time>
  );
}

export function DateTime({ at }: { readonly at: string }) {
  const { locale } = useLanguage();
  return <time dateTime={at}>{dateAndTime(at, locale)}</time>;
}
