/**
 * A webhook's URL as it may be shown: without user-info, query and fragment, where secrets tend to be.
 *
 * @returns undefined where the text is no http or https URL; it can't be shown then at all
 */
export function printableUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return undefined;
  return `${url.origin}${url.pathname}`;
}
