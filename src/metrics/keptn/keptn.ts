import { randomBytes } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { z } from 'zod';
import { parsedNumber } from '../http/answer.js';
import { NoValuesFound, ProviderError, QueryRefused } from '../errors.js';
import { within } from '../http/limit.js';
import { present } from '../http/over-http.js';
import type { MetricsProvider, ProviderOptions } from '../port.js';
import { NOWHERE, type ClusterApi } from '../environment.js';
import { readQuery, type KeptnQuery } from './query.js';

const METRIC_TIMEOUT_MS = 5_000;
const ANALYSIS_TIMEOUT_MS = 10_000;
const POLL_MS = 1_000;
const API_VERSION = 'metrics.keptn.sh/v1beta1';
const WHOM = 'the Kubernetes API';

const metricSchema = z.object({ status: z.object({ value: z.string().optional() }).optional() });
const analysisSchema = z.object({
  status: z.object({ state: z.string().optional(), pass: z.boolean().optional() }).optional(),
});

type AnalysisQuery = Extract<KeptnQuery, { kind: 'analysis' }>;

/**
 * Keptn's objects in the cluster, read with Serinus' own identity: the value of a KeptnMetric, or a new Analysis, which
 * is 1 where it passes and 0 where it doesn't. An Analysis has 10 seconds to complete, and is deleted afterwards; one
 * that a dying worker leaves behind has the label `app.kubernetes.io/managed-by: serinus`.
 *
 * @see https://keptn.sh/stable/docs/reference/crd-reference/metric/
 * @see https://keptn.sh/stable/docs/reference/crd-reference/analysis/
 */
export function createKeptn({ timeoutMs, environment: environment = NOWHERE }: ProviderOptions): MetricsProvider {
  const { cluster } = environment;
  return {
    query: async (query, signal) => {
      signal.throwIfAborted();
      const asked = readQuery(query);
      const isMetric = asked.kind === 'metric';
      const limit = { timeoutMs: timeoutMs ?? (isMetric ? METRIC_TIMEOUT_MS : ANALYSIS_TIMEOUT_MS), whom: WHOM };
      return within(limit, signal, (limited) =>
        asked.kind === 'metric' ? metric(cluster, asked, limited) : analysis(cluster, asked, limited),
      );
    },
    /** It is part of the cluster. */
    checkOnline: (signal) => Promise.resolve().then(() => signal.throwIfAborted()),
  };
}

async function metric(
  cluster: ClusterApi,
  { namespace, name }: Pick<KeptnQuery, 'namespace' | 'name'>,
  signal: AbortSignal,
): Promise<number> {
  const found = await cluster.get(`${collection(namespace, 'keptnmetrics')}/${name}`, { signal });
  if (found === undefined) throw new QueryRefused(`could not retrieve KeptnMetric ${namespace}/${name}: not found`);
  const text = read(metricSchema, found, `KeptnMetric ${namespace}/${name}`).status?.value;
  if (!text) throw new NoValuesFound();
  const value = parsedNumber(text);
  if (value !== undefined) return present(value);
  throw new QueryRefused(
    `could not parse value of KeptnMetric ${namespace}/${name}: ${JSON.stringify(text.slice(0, 50))} is not a number`,
  );
}

async function analysis(cluster: ClusterApi, query: AnalysisQuery, signal: AbortSignal): Promise<number> {
  const object = analysisObject(query);
  const all = collection(query.namespace, 'analyses');
  const path = `${all}/${object.metadata.name}`;
  try {
    await cluster.create(all, object, { signal });
    for (;;) {
      await after(POLL_MS, undefined, { signal });
      const found = await cluster.get(path, { signal });
      if (found === undefined) throw new ProviderError(`Analysis ${object.metadata.name} is gone`);
      const { status } = read(analysisSchema, found, `Analysis ${object.metadata.name}`);
      if (status?.state === 'Completed' && status.pass !== undefined) return status.pass ? 1 : 0;
    }
  } finally {
    // A failed deletion says nothing about the canary, and the label shows who owns the object.
    await cluster.delete(path).catch(() => undefined);
  }
}

function analysisObject({ namespace, name, duration, args }: AnalysisQuery) {
  return {
    apiVersion: API_VERSION,
    kind: 'Analysis',
    metadata: {
      name: `${name}-${randomBytes(3).toString('hex')}`,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'serinus' },
    },
    spec: { analysisDefinition: { name }, timeframe: { recent: duration }, args },
  };
}

function collection(namespace: string, plural: 'keptnmetrics' | 'analyses'): string {
  return `/apis/${API_VERSION}/namespaces/${namespace}/${plural}`;
}

function read<Schema extends z.ZodType>(schema: Schema, object: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(object);
  if (parsed.success) return parsed.data;
  throw new ProviderError(`${what} is not what Keptn writes`);
}
