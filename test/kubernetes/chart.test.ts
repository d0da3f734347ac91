import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import axios from 'axios';
import { parse } from 'yaml';
import { z } from 'zod';
import { applyObjects, parseManifest, placeOf } from '../../lab/kube/apply.js';
import type { KubeClient } from '../../src/kube/client.js';
import { connectLab } from '../../lab/lab.js';
import { labClient } from '../../lab/manifests.js';
import { templated, VALUES } from '../harness/helm.js';
import { PODS, type KubeObject } from '../../src/kube/object.js';
import { NAMESPACES } from '../harness/kubernetes/cluster.js';

const directory = process.env['SERINUS_LAB'];
/** Of the Prometheus operator: no package brings its definitions. */
const FOREIGN = 'monitoring.coreos.com/v1';

/** What the chart makes, looked at by a real API server, which keeps nothing of it. */
describe('deploy/chart', () => {
  const namespace = `chart-${randomUUID().slice(0, 8)}`;
  let client: KubeClient;

  before(async () => {
    if (directory === undefined) throw new Error('SERINUS_LAB is not set: run the tests with npm test');
    client = await labClient({ directory });
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await applyObjects(client, [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
      ...['worker', 'watch', 'api'].map((process) => account(namespace, `serinus-${process}`)),
      account(namespace, 'default'),
    ]);
  });

  after(async () => {
    await client.delete(NAMESPACES, undefined, namespace);
  });

  for (const values of VALUES) {
    const objects = (): KubeObject[] => parseManifest(templated(values, '--namespace', namespace).stdout);

    test(`${values}: the API server takes every object, and knows every field`, async () => {
      for (const object of objects().filter(({ apiVersion }) => apiVersion !== FOREIGN)) {
        const { type, object: placed } = await placeOf(client, object);
        await client.rehearsing().apply(type, placed, { fieldValidation: 'Strict' });
      }
    });

    test(`${values}: pods are admitted where Pod Security is restricted`, async () => {
      for (const deployment of objects().filter(({ kind }) => kind === 'Deployment')) {
        const { template } = templateSchema.parse(deployment).spec;
        const metadata = { ...template.metadata, name: deployment.metadata.name, namespace };
        const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec };
        await client.rehearsing().create(PODS, pod);
      }
    });
  }
});

const templateSchema = z.object({
  spec: z.object({ template: z.object({ metadata: z.looseObject({}), spec: z.looseObject({}) }) }),
});

function account(namespace: string, name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}

describe('what the chart has for Prometheus and Grafana', () => {
  const file = (name: string): string =>
    readFileSync(new URL(`../../deploy/chart/monitoring/${name}`, import.meta.url), 'utf8');

  test('Prometheus understands every rule', async () => {
    const { groups } = z
      .object({ groups: z.array(z.object({ rules: z.array(z.looseObject({ expr: z.string() })) })) })
      .parse(parse(file('alerts.yaml')));
    await understood(groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)));
  });

  test('Prometheus understands every query of the dashboard', async () => {
    const { panels } = z
      .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) })
      .parse(JSON.parse(file('dashboard.json')));
    await understood(panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replaceAll('$namespace', '.*'))));
  });
});

async function understood(queries: readonly string[]): Promise<void> {
  assert.ok(queries.length > 0);
  const { prometheusUrl } = await connectLab(directory ?? '');
  for (const query of queries) {
    const { status } = await axios.get(`${prometheusUrl}/api/v1/query`, {
      params: { query },
      validateStatus: () => true,
    });
    assert.equal(status, 200, query);
  }
}
