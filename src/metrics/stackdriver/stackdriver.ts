import { z } from 'zod';
import { UserError } from '../../errors.js';
import { parsedNumber, readJson } from '../http/answer.js';
import { QueryRefused } from '../errors.js';
import { ask, whomOf } from '../http/http.js';
import { within } from '../http/limit.js';
import { addressOf, below, entryOf } from '../options.js';
import { present } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { NOWHERE } from '../environment.js';
import { ambientIdentity } from './ambient.js';
import { readKey, tokenFor } from './tokens.js';

const TIMEOUT_MS = 5_000;
const API = 'https://monitoring.googleapis.com';

/** In JSON 64-bit integers are strings, and so is a NaN. */
const valueSchema = z.object({
  doubleValue: z.union([z.number(), z.string()]).optional(),
  int64Value: z.union([z.number(), z.string()]).optional(),
});
const answerSchema = z.object({
  timeSeriesData: z
    .array(z.object({ pointData: z.array(z.object({ values: z.array(valueSchema).optional() })).optional() }))
    .optional(),
});

/** The identity of a query, and its project. */
interface Identity {
  readonly project: string;
  readonly token: string;
}

/**
 * Google Cloud Monitoring, with queries in MQL. The first value of the first series' first point (the newest) counts.
 * Unlike in Flagger an integer is its value rather than 0.
 *
 * Credentials: `project`, and perhaps `serviceAccountKey`. Without a key, or a Secret, Serinus' own identity is used;
 * then a template can't name an address, since the identity's token would go there.
 *
 * @see https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/query
 * @throws UserError
 */
export function createStackdriver(options: ProviderOptions): MetricsProvider {
  const { credentials, provider } = options;
  const keyText = credentials?.['serviceAccountKey'];
  const key = keyText === undefined ? undefined : readKey(keyText, 'serviceAccountKey of the Secret');
  const project = credentials && entryOf(options, 'project');
  if (!key && provider.address) {
    throw new UserError(
      'stackdriver at an address of its own needs a serviceAccountKey in its Secret: remove spec.provider.address of the template, or add the key',
    );
  }
  const address = addressOf(options, { example: API, fallback: API });
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const ambient = ambientIdentity((options.environment ?? NOWHERE).environment);
  const secrets = [...Object.values(credentials ?? {}), ...(key ? [key.private_key] : [])];

  const identity = async (signal: AbortSignal): Promise<Identity> => {
    const token = key ? await tokenFor(key, signal) : await ambient.token(signal);
    return { token, project: project ?? (await ambient.project(signal)) };
  };
  const timeSeries = async (query: string, signal: AbortSignal) => {
    const limit = { timeoutMs, whom: whomOf({ url: address, secrets }) };
    return within(limit, signal, async (limited) => {
      const { token, project: name } = await identity(limited);
      const hidden = [...secrets, token];
      const request = {
        method: 'POST' as const,
        url: below(address, `/v3/projects/${encodeURIComponent(name)}/timeSeries:query`),
        headers: { Authorization: [`Bearer ${token}`], 'Content-Type': ['application/json'] },
        body: JSON.stringify({ query }),
        secrets: hidden,
      };
      return readJson(answerSchema, await ask(request, limited), { name: 'Cloud Monitoring', secrets: hidden });
    });
  };
  return {
    query: async (query, signal) => {
      const { timeSeriesData = [] } = await timeSeries(query, signal);
      const [value] = timeSeriesData[0]?.pointData?.[0]?.values ?? [];
      return present(value && numberOf(value));
    },
    /** An empty query is refused, which shows that the credentials work. */
    checkOnline: async (signal) => {
      try {
        await timeSeries('', signal);
      } catch (error) {
        if (!(error instanceof QueryRefused)) throw error;
      }
    },
  };
}

function numberOf({ doubleValue, int64Value }: z.output<typeof valueSchema>): number {
  const value = doubleValue ?? int64Value;
  const number = typeof value === 'string' ? parsedNumber(value) : value;
  if (number !== undefined) return number;
  throw new QueryRefused('query returned a value that is not a number');
}
