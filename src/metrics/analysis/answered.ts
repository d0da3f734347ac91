import type { Duration } from '../../crds/schema/fields.js';
import { intervalWithin, type QueryNames, type Window } from '../model.js';
import { present } from '../http/over-http.js';
import { renderBuiltin } from '../queries/builtin.js';
import type { BuiltinQuery } from '../queries/query.js';

/** Queries that were sent, by their text, and their values; undefined for those without a value. */
export type Answered = ReadonlyMap<string, number | undefined>;

/**
 * @returns undefined where the query hasn't been sent yet
 * @throws NoValuesFound where it was sent, and has no value
 */
export function answerOf(answered: Answered | undefined, text: string): number | undefined {
  return answered?.has(text) === true ? present(answered.get(text)) : undefined;
}

/** The inputs of a built-in check's query. */
interface Asking {
  readonly names: QueryNames;
  readonly interval: Duration;
  readonly clip: Window | undefined;
  readonly addresses: readonly string[];
}

/** @returns undefined where the query is about certain pods and there are none */
export function builtinText(query: BuiltinQuery, { names, interval, clip, addresses }: Asking): string | undefined {
  return renderBuiltin(query, { ...names, interval: intervalWithin(interval, clip), variables: {} }, addresses);
}
