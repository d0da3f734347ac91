import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { PROCESSES } from '../../scripts/rbac/rules.js';
import { rendered } from '../harness/kustomize.js';
import { complaintAbout, isKnownVariable } from './command-line.js';

/** What a process is called besides its command: its objects bear that name. */
const processOf = (command: string): string => (command === 'watcher' ? 'watch' : command);

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));

const kustomizationSchema = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string().optional(),
  nameSuffix: z.string().optional(),
  resources: z.array(z.string()),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() })).optional(),
  replicas: z.array(z.strictObject({ name: z.string(), count: z.number() })).optional(),
  configMapGenerator: z
    .array(
      z.strictObject({
        name: z.string(),
        namespace: z.string().optional(),
        behavior: z.enum(['merge']).optional(),
        literals: z.array(z.string()),
      }),
    )
    .optional(),
  patches: z.array(z.unknown()).optional(),
});

const folders = readdirSync(deploy, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('kustomization.yaml'))
  .map((name) => join(deploy, name, '..'));

test('every kustomization names what is there', () => {
  for (const folder of folders) {
    const text = readFileSync(join(folder, 'kustomization.yaml'), 'utf8');
    const { resources } = kustomizationSchema.parse(parse(text));
    for (const resource of resources) {
      const path = join(folder, resource);
      assert.ok(existsSync(path), path);
      if (statSync(path).isDirectory()) assert.ok(existsSync(join(path, 'kustomization.yaml')), path);
    }
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
    for (const file of files) assert.ok(resources.includes(file), `${file} is listed in ${folder}`);
  }
});

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });

const deploymentSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.number(),
    template: z.object({
      metadata: z.object({
        annotations: z.record(z.string(), z.string()),
        labels: z.record(z.string(), z.string()),
      }),
      spec: z.object({
        serviceAccountName: z.string(),
        terminationGracePeriodSeconds: z.number(),
        containers: z.tuple([
          z.object({
            image: z.string(),
            args: z.array(z.string()),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            envFrom: z.array(
              z.object({
                configMapRef: z.object({ name: z.string() }).optional(),
                secretRef: z.object({ name: z.string(), optional: z.literal(true) }).optional(),
              }),
            ),
            startupProbe: probe,
            livenessProbe: probe,
            readinessProbe: probe,
          }),
        ]),
      }),
    }),
  }),
});

const policySchema = z.object({
  spec: z.object({
    podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    policyTypes: z.array(z.string()),
    egress: z.array(
      z.object({
        ports: z.array(z.object({ port: z.number() })).optional(),
        to: z
          .array(z.object({ ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()) }).optional() }))
          .optional(),
      }),
    ),
  }),
});

for (const folder of ['cluster', 'one-namespace', 'example']) {
  describe(`deploy/kustomize/${folder}`, () => {
    const objects = rendered(folder);
    const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
    const names = (kind: string) => ofKind(kind).map(({ metadata }) => metadata.name);
    const deployments = ofKind('Deployment').map((object) => deploymentSchema.parse(object));
    const settings = z.object({ data: z.record(z.string(), z.string()) });

    test('runs each process once, as the account that has its roles', () => {
      const processes = deployments.map(({ spec }) => processOf(spec.template.spec.containers[0].args[0] ?? ''));
      assert.deepEqual(processes.sort(), [...PROCESSES].sort());
      for (const { spec } of deployments) {
        const { serviceAccountName, containers } = spec.template.spec;
        assert.ok(serviceAccountName.startsWith(`serinus-${processOf(containers[0].args[0] ?? '')}`));
        assert.ok(names('ServiceAccount').includes(serviceAccountName), serviceAccountName);
      }
    });

    test('gives them command lines that serinus takes, and variables that it reads', async () => {
      const [config] = ofKind('ConfigMap').map((object) => settings.parse(object));
      for (const { spec } of deployments) {
        const { args } = spec.template.spec.containers[0];
        assert.equal(await complaintAbout(args), undefined);
        for (const variable of Object.keys(config?.data ?? {})) {
          assert.ok(isKnownVariable(variable, args[0] ?? ''), variable);
        }
      }
    });

    test('takes settings from the ConfigMap that is there, and from Secrets that may be: one for each process', () => {
      for (const { spec } of deployments) {
        const { args, envFrom } = spec.template.spec.containers[0];
        const [{ configMapRef } = {}, ...others] = envFrom;
        assert.ok(names('ConfigMap').includes(configMapRef?.name ?? ''), configMapRef?.name);
        assert.deepEqual(
          others.map(({ secretRef }) => secretRef?.name),
          ['serinus-temporal', `serinus-${processOf(args[0] ?? '')}`],
        );
      }
    });

    test('limits who reaches each process, and keeps the machine’s credentials from it', () => {
      const policies = ofKind('NetworkPolicy').map((object) => policySchema.parse(object));
      assert.equal(policies.length, deployments.length);
      for (const { spec } of deployments) {
        const labels = spec.template.metadata.labels;
        const policy = policies.find(({ spec: { podSelector } }) =>
          Object.entries(podSelector.matchLabels).every(([name, value]) => labels[name] === value),
        );
        const { policyTypes, egress } = policy?.spec ?? assert.fail(`no policy for ${JSON.stringify(labels)}`);
        assert.deepEqual(policyTypes, ['Ingress', 'Egress']);
        for (const { ports, to } of egress) {
          if (to === undefined) assert.ok(ports?.every(({ port }) => port !== 80));
          else assert.ok(to.some(({ ipBlock }) => ipBlock?.except.includes('169.254.169.254/32')));
        }
      }
    });

    test('asks for health and metrics where they are served', () => {
      for (const { spec } of deployments) {
        const { annotations } = spec.template.metadata;
        const { args, ports, startupProbe, livenessProbe, readinessProbe } = spec.template.spec.containers[0];
        const port = Number(args[args.indexOf('--health-port') + 1]);
        assert.equal(ports.find(({ name }) => name === 'health')?.containerPort, port);
        assert.equal(annotations['prometheus.io/port'], String(port));
        assert.equal(args[args.indexOf('--health-host') + 1], '0.0.0.0');
        for (const { httpGet } of [startupProbe, livenessProbe])
          assert.deepEqual(httpGet, { path: '/healthz', port: 'health' });
        assert.deepEqual(readinessProbe.httpGet, { path: '/readyz', port: 'health' });
      }
    });

    test('lets a process finish before it is killed', () => {
      // Longer than src/processes/lifecycle.ts waits.
      for (const { spec } of deployments) assert.ok(spec.template.spec.terminationGracePeriodSeconds > 25);
    });

    test('keeps one of two when nodes are drained', () => {
      assert.deepEqual(names('PodDisruptionBudget').sort(), deployments.map(({ metadata }) => metadata.name).sort());
      for (const { spec } of deployments) assert.ok(spec.replicas >= 2);
    });

    test('puts all of it into one namespace', () => {
      const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
      assert.equal(namespaces.size, 1);
    });
  });
}

test('the cluster’s has definitions and roles for people, a namespace’s leaves them to administrators', () => {
  const kinds = (folder: string) => new Set(rendered(folder).map(({ kind }) => kind));
  assert.ok(kinds('cluster').has('CustomResourceDefinition'));
  assert.ok(kinds('cluster').has('Namespace'));
  assert.ok(!kinds('one-namespace').has('CustomResourceDefinition'));
  const wide = rendered('one-namespace').filter(({ kind }) => kind.startsWith('Cluster'));
  for (const { metadata } of wide) assert.match(metadata.name, /^serinus-api-shop$/);
});
