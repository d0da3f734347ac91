import { withoutKeys } from './answers.js';

/** Longest part of a foreign text that is shown. */
const LONGEST_EXCERPT = 300;

/** @returns undefined where the text is no http or https URL: it can't be requested then, nor shown at all */
export function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** A user's URL in a form that may be shown; undefined where it can't be shown at all. */
export function printableUrl(text: string): string | undefined {
  const url = httpUrl(text);
  return url && shown(url);
}

/** A URL in a form that may be shown: without user-info, query and fragment, where secrets tend to be. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/**
 * The secret parts of a URL, in the forms in which a server may repeat them: the password, and query parameters with
 * names like token or key.
 */
export function secretsIn(text: string): readonly string[] {
  const url = httpUrl(text);
  if (!url) return [];
  const { username, password } = url;
  const basic = password === '' ? [] : [Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')];
  const values = [...url.searchParams].flatMap(([name, value]) => (SECRET_PARAMETER.test(name) ? [value] : []));
  return [password, decoded(password), ...basic, ...values].filter((one) => one !== '');
}

/** Other values are names and numbers, which messages need. */
const SECRET_PARAMETER = /token|key|secret|pass|sig|auth|credential|code/i;

/** User-info may contain a literal `%`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A foreign text without secrets, in whatever form it repeats them. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // The longest first: one may be a part of another.
  const hidden = forms.filter((form) => form.trim() !== '').sort((a, b) => b.length - a.length);
  return hidden.reduce((rest, form) => rest.replaceAll(form, '***'), text);
}

/** The beginning of a foreign text, in one line and without secrets. */
export function excerpt(text: string, secrets: readonly string[]): string {
  const line = withoutKeys(withoutSecrets(text, secrets)).replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT)}…` : line;
}
