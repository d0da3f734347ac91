import { z } from 'zod';
import { withoutTrailingSlashes } from '../../domain/text.js';
import { UserError } from '../../errors.js';
import { parsedJson } from '../http/answer.js';
import { NoValuesFound, ProviderError, QueryRefused } from '../errors.js';
import { headersOf, secretsOf } from '../http/headers.js';
import { excerpt } from '../../http/shown.js';
import { ask, whomOf } from '../http/http.js';
import { within } from '../http/limit.js';
import { addressOf, entryOf } from '../options.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { NOWHERE } from '../environment.js';
import { parseQuantity } from './quantity.js';
import { externalMetricPath, pathOf } from './query.js';

const TIMEOUT_MS = 5_000;
const PROBE = externalMetricPath('kube-system', 'dummy-metric');

const answerSchema = z.object({ items: z.array(z.object({ value: z.string() })) });

/** Reads a path of the API server. */
interface Api {
  readonly whom: string;
  /** Must not appear in messages. */
  readonly secrets: readonly string[];
  get(path: string, signal: AbortSignal): Promise<unknown>;
}

/**
 * The External Metrics API of a Kubernetes cluster. The value of the first item counts.
 *
 * Credentials: `token`. Without a Secret, Serinus' own identity is used, but only at its own cluster's API server: a
 * template with an address needs a token.
 *
 * @see https://kubernetes.io/docs/reference/external-api/external-metrics.v1beta1/
 * @throws UserError
 */
export function createExternalMetrics(options: ProviderOptions): MetricsProvider {
  const api = options.provider.address ? atAddress(options) : inCluster(options);
  const { timeoutMs = TIMEOUT_MS } = options;
  const list = async (path: string, signal: AbortSignal) => {
    const found = await within({ timeoutMs, whom: api.whom }, signal, (limited) => api.get(path, limited));
    if (found === undefined) throw new QueryRefused('external metrics API: there is no such metric');
    const parsed = answerSchema.safeParse(found);
    if (parsed.success) return parsed.data.items;
    throw new ProviderError('this is no answer of the External Metrics API');
  };
  return {
    query: async (query, signal) => {
      signal.throwIfAborted();
      const [first] = await list(pathOf(query), signal);
      if (!first) throw new NoValuesFound();
      const value = parseQuantity(first.value);
      if (value !== undefined) return value;
      const shown = excerpt(first.value, api.secrets);
      throw new ProviderError(`external metrics API: ${JSON.stringify(shown)} is not a quantity`);
    },
    checkOnline: async (signal) => {
      await list(PROBE, signal);
    },
  };
}

function inCluster(options: ProviderOptions): Api {
  const { cluster } = options.environment ?? NOWHERE;
  const token = options.credentials ? entryOf(options, 'token') : undefined;
  return {
    whom: 'the Kubernetes API',
    secrets: token === undefined ? [] : [token],
    get: (path, signal) => cluster.get(path, { signal, ...(token === undefined ? {} : { token }) }),
  };
}

function atAddress(options: ProviderOptions): Api {
  const address = addressOf(options, { example: 'https://kubernetes.example.org:6443' });
  if (!options.credentials) {
    throw new UserError(
      'externalmetrics at an address of its own needs a token: set spec.provider.secretRef of the template to a Secret with token, or remove spec.provider.address',
    );
  }
  const headers = headersOf(options, address, { Authorization: `Bearer ${entryOf(options, 'token')}` });
  const secrets = secretsOf(options, address, headers);
  const { insecureSkipVerify } = options.provider;
  const root = `${address.origin}${withoutTrailingSlashes(address.pathname)}`;
  return {
    whom: whomOf({ url: address, secrets }),
    secrets,
    get: async (path, signal) => {
      const request = { url: new URL(`${root}${path}`), headers, secrets, insecureSkipVerify };
      try {
        return parsedJson(await ask(request, signal)) ?? null;
      } catch (error) {
        if (error instanceof ProviderError && error.status === 404) return undefined;
        throw error;
      }
    },
  };
}
