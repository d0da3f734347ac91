import { InvalidArgumentError } from 'commander';
import { formatGoDuration } from '../../crds/duration.js';

/** @throws InvalidArgumentError */
export function share(text: string): number {
  const [, number = '', sign] = /^([\d.]+)\s*(%?)$/.exec(text.trim()) ?? [];
  const value = number === '' ? NaN : Number(number) / (sign === '%' ? 100 : 1);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a share from 0 to 1, such as 0.5% or 0.005.');
}

/** @throws InvalidArgumentError */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

export function percent(part: number): string {
  return `${Number((100 * part).toPrecision(3))} %`;
}

export function duration(seconds: number | undefined): string {
  return seconds === undefined ? '-' : formatGoDuration(Math.round(seconds) * 1000);
}
