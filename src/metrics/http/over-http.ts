import { spending } from '../../fair-share.js';
import { NoValuesFound, QueryRefused } from '../errors.js';
import { ask, whomOf, type HttpRequest } from './http.js';
import { within } from './limit.js';
import type { MetricsProvider } from '../port.js';

/** The protocol of a provider that answers each query with one HTTP answer. */
export interface Dialect {
  readonly timeoutMs: number;
  /** The request for a query. */
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
  /** @throws ProviderError where the probe's answer is wrong */
  checkProbe(body: string): void;
  /** Refusing the probe's query also proves that the provider answers. */
  readonly mayRefuseProbe?: true;
}

/** A provider that answers each query with one HTTP answer. */
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

/** @throws NoValuesFound for a missing value and for NaN */
export function present(value: number | null | undefined): number {
  if (value == null || Number.isNaN(value)) throw new NoValuesFound();
  return value;
}
