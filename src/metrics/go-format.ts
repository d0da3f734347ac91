/**
 * Prints a number like Go's `%v` prints a float64: the fewest digits that identify it, with an exponent below 1e-4 and
 * from 1e6 on.
 */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (Object.is(value, -0)) return '-0';
  const [coefficient = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${coefficient}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/**
 * Prints a number like Go's `%.<places>f`. Works on the exact value, so that halves are rounded to even as Go does;
 * `toFixed` rounds them up.
 */
export function formatFixed(value: number, places: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const { negative, mantissa, exponent } = partsOf(value);
  const scaled = mantissa * 10n ** BigInt(places);
  const rounded = exponent >= 0n ? scaled << exponent : dividedByPowerOfTwo(scaled, -exponent);
  const digits = rounded.toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = places === 0 ? '' : `.${digits.slice(-places)}`;
  return `${negative ? '-' : ''}${whole}${fraction}`;
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** A double is `mantissa * 2 ** exponent`, exactly. */
function partsOf(value: number): { negative: boolean; mantissa: bigint; exponent: bigint } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  return {
    negative: bits >> 63n === 1n,
    mantissa: biased === 0n ? fraction : fraction | (1n << 52n),
    exponent: (biased === 0n ? 1n : biased) - 1075n,
  };
}

function dividedByPowerOfTwo(value: bigint, power: bigint): bigint {
  const quotient = value >> power;
  const rest = value - (quotient << power);
  const half = 1n << (power - 1n);
  const up = rest > half || (rest === half && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}
