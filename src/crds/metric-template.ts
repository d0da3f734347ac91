import type { z } from 'zod';
import { frozen } from './freeze.js';
import { objectSchema, parseObject } from './object.js';
import { refused, type Complaint, type Parsed } from './refusal.js';
import { httpUrl } from './rules/rule.js';
import { metricTemplateSpecSchema, type MetricProviderType } from './schema/metric-template.js';

/** A query that Canaries refer to. */
export interface MetricTemplate {
  readonly name: string;
  /** Its Secret is in this namespace, too. */
  readonly namespace: string;
  readonly generation: number;
  readonly provider: MetricTemplateProvider;
  /** A template in the syntax of Go's `text/template`. */
  readonly query: string;
}

export interface MetricTemplateProvider {
  readonly type: MetricProviderType;
  /** Undefined where the provider has a well-known one, or needs none. */
  readonly address: string | undefined;
  /** May hold secrets. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly secretRef: { readonly name: string } | undefined;
  readonly region: string | undefined;
  readonly insecureSkipVerify: boolean;
}

/** Headers about the transport of a request, not its content. */
const FRAMING: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

type Spec = z.output<typeof metricTemplateSpecSchema>;

const schema = objectSchema('MetricTemplate', metricTemplateSpecSchema);

/** Providers without a default address. */
const NEED_ADDRESS: readonly MetricProviderType[] = [
  'prometheus',
  'influxdb',
  'graphite',
  'dynatrace',
  'splunk',
  'signoz',
];

/** Parses a MetricTemplate from the API server. Never throws. */
export function parseMetricTemplate(object: unknown): Parsed<MetricTemplate> {
  const parsed = parseObject(schema, object);
  if (!parsed.ok) return parsed;
  const { metadata, spec } = parsed.value;
  const complaint = complaintAbout(spec);
  if (complaint) return refused(complaint, metadata.generation);
  const { provider } = spec;
  return {
    ok: true,
    value: frozen({
      name: metadata.name,
      namespace: metadata.namespace,
      generation: metadata.generation,
      provider: {
        type: provider.type,
        address: provider.address || undefined,
        headers: provider.headers ?? {},
        secretRef: provider.secretRef,
        region: provider.region || undefined,
        insecureSkipVerify: provider.insecureSkipVerify ?? false,
      },
      query: spec.query,
    }),
  };
}

function complaintAbout({ provider, query }: Spec): Complaint | undefined {
  const { type, address, region } = provider;
  if (NEED_ADDRESS.includes(type)) {
    const field = 'spec.provider.address';
    if (!address) return { field, value: undefined, remedy: `set it to the URL of ${type}` };
    const complaint = httpUrl(field, address);
    if (complaint) return complaint;
  }
  if (type === 'cloudwatch' && !region) {
    return {
      field: 'spec.provider.region',
      value: undefined,
      remedy: 'region not specified: set it, such as eu-west-1',
    };
  }
  const framing = Object.keys(provider.headers ?? {}).find((name) => FRAMING.includes(name.toLowerCase()));
  if (framing !== undefined) {
    const remedy = 'remove it: it belongs to the connection, which goes to where the address says';
    return { field: `spec.provider.headers.${framing}`, value: 'a header', remedy };
  }
  if (query.trim() === '')
    return { field: 'spec.query', value: query, remedy: 'write the query whose value is checked' };
  return undefined;
}
