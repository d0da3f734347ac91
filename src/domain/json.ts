/**
 * Reads JSON from an annotation, which anybody may have edited.
 *
 * @returns undefined where there is no text, or the text isn't JSON
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
