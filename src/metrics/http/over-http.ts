import { spending } from '../../fair-share.js';
import { NoValuesFound, QueryRefused } from '../errors.js';
import { ask, whomOf, type HttpRequest } from './http.js';
import { within } from './limit.js';
import type { MetricsProvider } from '../port.js';

/** How a provider is talked to that answers each question with one HTTP answer. */
export interface Dialect {
  readonly timeoutMs: number;
  /** The request that puts a query. */
  question(query: string): HttpRequest;
  /**
   * The value in an answer's body.
   *
   * @returns undefined or NaN where there is none
   * @throws QueryRefused, ProviderError
   */
  value(body: string): number | undefined;
  /** The request that shows whether the provider answers. */
  probe(): HttpRequest;
  /** @throws ProviderError where the probe's answer isn't what it should be */
  checkProbe(body: string): void;
  /** That the probe's query is refused shows well enough that the provider answers. */
  readonly mayRefuseProbe?: true;
}

/** A provider that answers each question with one HTTP answer. */
export function overHttp(dialect: Dialect): MetricsProvider {
  const { timeoutMs } = dialect;
  const answerTo = (request: HttpRequest, signal: AbortSignal) =>
    within({ timeoutMs, whom: whomOf(request) }, signal, (limited) => ask(request, limited));

  return {
    async query(query, signal) {
      const answer = await answerTo(dialect.question(query), signal);
      return present(spending(() => dialect.value(answer)));
    },
    async checkOnline(signal) {
      try {
        dialect.checkProbe(await answerTo(dialect.probe(), signal));
      } catch (error) {
        if (!(dialect.mayRefuseProbe && error instanceof QueryRefused)) throw error;
      }
    },
  };
}

/** @throws NoValuesFound for nothing and for NaN */
export function present(value: number | null | undefined): number {
  if (value == null || Number.isNaN(value)) throw new NoValuesFound();
  return value;
}
