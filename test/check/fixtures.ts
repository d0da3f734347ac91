import { stringify } from 'yaml';
import { check, type CheckOptions, type Report } from '../../src/check/check.js';
import type { Finding } from '../../src/check/finding.js';
import { Manifests } from '../../src/check/manifest.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { canaryWith, everything, setAt } from '../crds/fixtures.js';

export type Edits = Readonly<Record<string, unknown>>;

/** What a check of nothing but manifests finds, as if everything were built. */
export async function checked(objects: readonly object[], options: Partial<CheckOptions> = {}): Promise<Report> {
  const text = objects.map((object) => `---\n${stringify(object)}`).join('');
  const [report] = await check(Manifests.read(text, 'canary.yaml', 'test'), {
    settings: { ...DEFAULT_SETTINGS, meshProvider: 'apisix' },
    support: everything(),
    ...options,
  });
  if (!report) throw new Error('there is no report');
  return report;
}

/** What a check says by one rule of the walkthrough's Canary with fields changed. */
export async function findingsBy(rule: string, edits: Edits, objects: readonly object[] = []): Promise<Finding[]> {
  const { findings } = await checked([canaryWith(edits), ...objects]);
  return findings.filter((finding) => finding.rule === rule);
}

/** A target as it should be, with fields changed. */
export function target(edits: Edits = {}): object {
  const probe = { httpGet: { path: '/readyz', port: 9898 } };
  return edited(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'podinfo', namespace: 'test' },
      spec: {
        replicas: 2,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
        template: {
          spec: {
            containers: [
              { name: 'podinfod', ports: [{ containerPort: 9898 }], readinessProbe: probe, livenessProbe: probe },
              { name: 'sidecar', ports: [{ containerPort: 1 }] },
            ],
          },
        },
      },
    },
    edits,
  );
}

export function route(edits: Edits = {}): object {
  return edited(
    {
      apiVersion: 'apisix.apache.org/v2',
      kind: 'ApisixRoute',
      metadata: { name: 'podinfo', namespace: 'test' },
      spec: {
        http: [
          {
            name: 'method',
            backends: [{ serviceName: 'podinfo', servicePort: 80 }],
            plugins: [{ name: 'prometheus', enable: true, config: { disable: false, prefer_name: true } }],
          },
        ],
      },
    },
    edits,
  );
}

export function template(query: string, edits: Edits = {}): object {
  return edited(
    {
      apiVersion: 'flagger.app/v1beta1',
      kind: 'MetricTemplate',
      metadata: { name: 'custom', namespace: 'test' },
      spec: { provider: { type: 'prometheus', address: 'http://prometheus.test:9090' }, query },
    },
    edits,
  );
}

function edited(object: object, edits: Edits): object {
  for (const [path, value] of Object.entries(edits)) setAt(object, path, value);
  return object;
}

/** The walkthrough's own query, which is about 100 where its name promises about 0. */
export const NOT_FOUND_PERCENTAGE = `
  sum(rate(apisix_http_status{
    route=~"{{ namespace }}_{{ route }}-{{ target }}-canary_.+", code!~"4.."}[{{ interval }}]))
  / sum(rate(apisix_http_status{route=~"{{ namespace }}_{{ route }}-{{ target }}-canary_.+"}[{{ interval }}])) * 100`;
