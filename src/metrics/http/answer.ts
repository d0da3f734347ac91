import type { z } from 'zod';
import { kindOf } from '../../http/answers.js';
import { ProviderError } from '../errors.js';

/** Whose answer is read, to be said where it isn't understood. */
export interface Answerer {
  /** As in `this is no answer of …`. */
  readonly name: string;
  /** Must not be seen in a message. */
  readonly secrets: readonly string[];
}

/** @throws ProviderError where the answer isn't of that shape */
export function readJson<Schema extends z.ZodType>(schema: Schema, body: string, answerer: Answerer): z.output<Schema> {
  const parsed = schema.safeParse(parsedJson(body));
  if (parsed.success) return parsed.data;
  throw notUnderstood(body, answerer);
}

/** Of what has come only the kind is said: it may be anything that this address has for whoever asks it. */
export function notUnderstood(body: string, { name }: Answerer): ProviderError {
  return new ProviderError(`this is no answer of ${name}: ${kindOf(body)}`);
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a number as Go prints it, and JSON where a number is put into a string.
 *
 * @returns undefined where it is none
 */
export function parsedNumber(text: string): number | undefined {
  if (text === 'NaN') return NaN;
  const infinite = /^([+-]?)Inf(?:inity)?$/.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}
