import { withoutKeys } from './answers.js';

/** What is shown of a foreign text. */
const LONGEST_EXCERPT = 300;

/** @returns undefined where the text is no http or https URL: it can't be asked then, nor shown at all */
export function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** A URL that somebody has written, as it may be shown; undefined where it can't be shown at all. */
export function printableUrl(text: string): string | undefined {
  const url = httpUrl(text);
  return url && shown(url);
}

/** A URL as it may be shown: without user-info, query and fragment, where secrets tend to be. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** The beginning of a foreign text, in one line and without secrets, however it repeats them. */
export function excerpt(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // The longest first: one may be a part of another.
  const hidden = forms.filter((form) => form.trim() !== '').sort((a, b) => b.length - a.length);
  const clean = withoutKeys(hidden.reduce((rest, form) => rest.replaceAll(form, '***'), text));
  const line = clean.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT)}…` : line;
}
