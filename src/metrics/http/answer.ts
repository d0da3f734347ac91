import type { z } from 'zod';
import { kindOf } from '../../http/answers.js';
import { ProviderError, QueryRefused } from '../errors.js';

/** The sender of the answer, for messages where the answer isn't understood. */
export interface Answerer {
  /** As in `this is no answer of …`. */
  readonly name: string;
  /** Must not appear in messages. */
  readonly secrets: readonly string[];
}

/** Most values, lists and objects in an answer. Parsing costs more than sending, and all other work waits meanwhile. */
const MOST_PARTS = 200_000;

/**
 * @throws ProviderError where the answer doesn't have that shape
 * @throws QueryRefused where it holds more than any query for one number needs
 */
export function readJson<Schema extends z.ZodType>(schema: Schema, body: string, answerer: Answerer): z.output<Schema> {
  if (hasMoreParts(body, MOST_PARTS)) {
    throw new QueryRefused(`the answer has more than ${MOST_PARTS} values: aggregate the query to one`);
  }
  const parsed = schema.safeParse(parsedJson(body));
  if (parsed.success) return parsed.data;
  throw notUnderstood(body, answerer);
}

/** Counts the characters between and before parts, in texts as well: that is fast, and never too few. */
function hasMoreParts(json: string, most: number): boolean {
  let parts = 0;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at];
    if (sign === ',' || sign === '[' || sign === '{') parts += 1;
    if (parts > most) return true;
  }
  return false;
}

/** Only the kind of the answer is shown: its content may be anything that this address serves. */
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
 * Parses a number as Go prints it, and as JSON where a number is put into a string.
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
