/** Labels in which gateways and meshes keep the status of an answer. */
const EXCLUDED = /\b(?:code|status|status_code|response_code|envoy_response_code)\s*(?:!~|!=)\s*"([45][^"]*)"/;

/**
 * Whether a PromQL query divides the requests that did _not_ end in some error by all requests: a share of successes,
 * whatever its name. Recognised by its text: `A{code!~"4.."} / A{}`, and nothing subtracted from 1 or 100.
 *
 * @returns the errors that the numerator excludes, in quotes
 */
export function dividesTheOthers(query: string): string | undefined {
  const text = query.replace(/#[^\n]*/g, ' ');
  if (/\b(?:1|100)(?:\.0+)?\s*-/.test(text)) return undefined;
  const [numerator = '', ...denominators] = splitAtDivision(text);
  const excluded = EXCLUDED.exec(numerator)?.[1];
  if (excluded === undefined || denominators.length === 0) return undefined;
  return EXCLUDED.test(denominators.join('/')) ? undefined : `"${excluded}"`;
}

/**
 * Splits at the slashes outside of strings; a string that doesn't end lasts to the end of the text, and is searched
 * once.
 */
function splitAtDivision(text: string): readonly string[] {
  const bare = text.replace(/"(?:\\[^]?|[^"\\])*(?:"|$)|'(?:\\[^]?|[^'\\])*(?:'|$)/g, (string) =>
    string.replaceAll('/', '\u0000'),
  );
  return bare.split('/').map((part) => part.replaceAll('\u0000', '/'));
}
