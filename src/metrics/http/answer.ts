import type { z } from 'zod';
import { kindOf } from '../../http/answers.js';
import { ProviderError, QueryRefused } from '../errors.js';

/** Whose answer is read, to be said where it isn't understood. */
export interface Answerer {
  /** As in `this is no answer of …`. */
  readonly name: string;
  /** Must not be seen in a message. */
  readonly secrets: readonly string[];
}

/** Values, lists and objects of an answer. Each costs more to be looked at than to be sent, and all others wait meanwhile. */
const MOST_PARTS = 200_000;

/**
 * @throws ProviderError where the answer isn't of that shape
 * @throws QueryRefused where there is more in it than anybody asks for who wants one number
 */
export function readJson<Schema extends z.ZodType>(schema: Schema, body: string, answerer: Answerer): z.output<Schema> {
  if (hasMoreParts(body, MOST_PARTS)) {
    throw new QueryRefused(`the answer has more than ${MOST_PARTS} values: aggregate the query to one`);
  }
  const parsed = schema.safeParse(parsedJson(body));
  if (parsed.success) return parsed.data;
  throw notUnderstood(body, answerer);
}

/** Told by what stands between and before parts, in texts as well: that is quick, and never too few. */
function hasMoreParts(json: string, most: number): boolean {
  let parts = 0;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at];
    if (sign === ',' || sign === '[' || sign === '{') parts += 1;
    if (parts > most) return true;
  }
  return false;
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
