const EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const POWERS_OF_1024 = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:[eE]([+-]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?))$/;
/** Without a limit parsing time would grow faster than the text. */
const LONGEST = 100;

/**
 * Reads a Kubernetes quantity, such as `250m`, `1.5`, `2Ki` or `1e3`.
 *
 * @returns undefined where the text is no quantity
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(text: string): number | undefined {
  if (text.length > LONGEST) return undefined;
  const match = QUANTITY.exec(text);
  if (!match) return undefined;
  const [, digits = '', exponent, suffix = ''] = match;
  const binary = POWERS_OF_1024.indexOf(suffix);
  if (binary > 0) return Number(digits) * 1024 ** binary;
  // Parsed as one decimal number, so that `250m` is exactly 0.25.
  return Number(`${digits}e${exponent ?? EXPONENTS[suffix] ?? 0}`);
}
