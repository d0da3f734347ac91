/**
 * Reads JSON that stands in an annotation, where anybody may have edited it.
 *
 * @returns undefined for no text, and for one that is no JSON: as good as unknown
 */
export function jsonIn(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
