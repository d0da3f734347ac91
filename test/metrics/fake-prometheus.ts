import type { MetricTemplateProvider } from '../../src/crds/metric-template.js';
import type { Answer } from './provider-contract.js';

/** A template's provider as the CRD is read. */
export const provider = (address: string, more: Partial<MetricTemplateProvider> = {}): MetricTemplateProvider => ({
  type: 'prometheus',
  address,
  headers: {},
  secretRef: undefined,
  region: undefined,
  insecureSkipVerify: false,
  ...more,
});

/** What its HTTP API answers. */
export const success = (resultType: string, result: unknown): Answer => ({
  status: 200,
  body: JSON.stringify({ status: 'success', data: { resultType, result } }),
});

/** A series for each value. */
export const vector = (...values: readonly string[]) =>
  success(
    'vector',
    values.map((value, index) => ({ metric: { pod: `p${index}` }, value: [1_700_000_000.123, value] })),
  );

export const failure = (status: number, errorType: string, error: string): Answer => ({
  status,
  body: JSON.stringify({ status: 'error', errorType, error }),
});
