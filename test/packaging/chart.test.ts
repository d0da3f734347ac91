import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseManifest } from '../../lab/kube/apply.js';
import { GRANTS, PROCESSES } from '../../scripts/rbac/rules.js';
import { linted, templated, templatedWith, VALUES } from '../harness/helm.js';
import { complaintAbout, isKnownVariable } from './command-line.js';
import type { KubeObject } from '../../src/kube/object.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const reference = z.object({ name: z.string() });
const containerSchema = z.object({
  args: z.array(z.string()),
  env: z
    .array(
      z.object({ name: z.string(), valueFrom: z.object({ secretKeyRef: z.object({ name: z.string() }) }).optional() }),
    )
    .default([]),
  envFrom: z.array(z.object({ configMapRef: reference.optional(), secretRef: reference.optional() })).default([]),
});
const deploymentSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        serviceAccountName: z.string().optional(),
        containers: z.tuple([containerSchema]),
        volumes: z.array(z.object({ secret: z.object({ secretName: z.string() }).optional() })).default([]),
      }),
    }),
  }),
});
const rulesSchema = z.object({
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

for (const values of VALUES) {
  describe(`deploy/chart with ${values}-values.yaml`, () => {
    const { status, stdout, stderr } = templated(values);
    const objects = status === 0 ? parseManifest(stdout) : [];
    const ofKind = (...kinds: readonly string[]) => objects.filter(({ kind }) => kinds.includes(kind));

    test('is rendered, and Helm finds nothing to say against it', () => {
      assert.equal(status, 0, stderr);
      const { status: verdict, stdout: said } = linted(values);
      assert.equal(verdict, 0, said);
    });

    // `UPDATE_GOLDEN=1 npm test -- packaging/chart` writes it anew.
    test('is what was looked at last', () => {
      const file = join(root, 'test/packaging/chart', `${values}.golden.yaml`);
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, stdout);
      assert.equal(stdout, readFileSync(file, 'utf8'));
    });

    test('gives each process a command line that serinus takes, and variables that it reads', async () => {
      const config = z
        .object({ data: z.record(z.string(), z.string()) })
        .parse(ofKind('ConfigMap').find(({ metadata }) => metadata.name === 'serinus'));
      for (const { metadata, spec } of processes(objects)) {
        const { args, env, envFrom } = spec.template.spec.containers[0];
        assert.equal(await complaintAbout(args), undefined, metadata.name);
        const settings = envFrom.some(({ configMapRef }) => configMapRef !== undefined) ? Object.keys(config.data) : [];
        const variables = [...settings, ...env.map(({ name }) => name)];
        for (const variable of variables) assert.ok(isKnownVariable(variable, args[0] ?? ''), variable);
      }
    });

    test('gives each process the rights of scripts/rbac/rules.ts, no more and no less', () => {
      for (const process of PROCESSES) {
        const roles = ofKind('Role', 'ClusterRole').filter(({ metadata }) =>
          metadata.name.endsWith(`serinus-${process}`),
        );
        const given = roles.flatMap((role) => rulesSchema.parse(role).rules.map((rule) => JSON.stringify(rule)));
        const due = GRANTS.filter(({ verbs }) => verbs[process]).map(({ group, resource, verbs }) =>
          JSON.stringify({ apiGroups: [group], resources: [resource], verbs: verbs[process] }),
        );
        assert.deepEqual(given.sort(), due.sort());
      }
    });

    test('has Roles that reach beyond the namespace only where all namespaces are meant', () => {
      const wide = ofKind('ClusterRole').flatMap((role) => rulesSchema.parse(role).rules);
      const scoped = new Set(GRANTS.filter(({ clusterScoped }) => clusterScoped).map(({ resource }) => resource));
      if (values !== 'one-namespace') return assert.equal(ofKind('Role').length, 0);
      for (const { resources } of wide) assert.ok(scoped.has(resources[0] ?? ''), resources.join());
      return undefined;
    });

    test('gives no Secret of a process to another one, and the load tester nothing but its own', () => {
      const ofTemporal = ['temporal-client', 'temporal-key'];
      const holders = new Map<string, string[]>();
      for (const { spec } of processes(objects)) {
        const { containers, volumes } = spec.template.spec;
        const { args, env, envFrom } = containers[0];
        const secrets = [
          ...envFrom.map(({ secretRef }) => secretRef?.name),
          ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef.name),
          ...volumes.map(({ secret }) => secret?.secretName),
        ].filter((name) => name !== undefined);
        for (const secret of new Set(secrets)) holders.set(secret, [...(holders.get(secret) ?? []), args[0] ?? '']);
      }
      for (const [secret, processes] of holders) {
        if (ofTemporal.includes(secret)) assert.ok(!processes.includes('loadtester'), secret);
        else assert.equal(processes.length, 1, `${secret} is held by ${processes.join()}`);
      }
      const [tester] = processes(objects).filter(({ spec }) => argsOf(spec)[0] === 'loadtester');
      if (tester === undefined) return;
      assert.equal(
        argsOf(tester.spec)[argsOf(tester.spec).indexOf('--token-file') + 1],
        '/etc/serinus/loadtester/token',
      );
      assert.ok(
        tester.spec.template.spec.containers[0].envFrom.every(({ configMapRef }) => configMapRef === undefined),
      );
    });

    test('has a NetworkPolicy for each pod, without being asked', () => {
      const policies = ofKind('NetworkPolicy').map(({ metadata }) => metadata.name);
      const deployments = ofKind('Deployment').map(({ metadata }) => metadata.name);
      assert.deepEqual(policies.sort(), deployments.sort());
    });

    test('starts processes as accounts that are there', () => {
      const accounts = ofKind('ServiceAccount').map(({ metadata }) => metadata.name);
      for (const { spec } of processes(objects)) {
        const { serviceAccountName, containers } = spec.template.spec;
        if (containers[0].args[0] !== 'loadtester') assert.ok(accounts.includes(serviceAccountName ?? ''));
      }
    });
  });
}

const argsOf = ({ template }: z.output<typeof deploymentSchema>['spec']): string[] => template.spec.containers[0].args;

function processes(objects: readonly KubeObject[]) {
  return objects
    .filter(({ kind, metadata }) => kind === 'Deployment' && !metadata.name.endsWith('-temporal'))
    .map((object) => deploymentSchema.parse(object));
}

const MISTAKES: Readonly<Record<string, { readonly set: readonly string[]; readonly says: RegExp }>> = {
  'no address of Temporal': { set: [], says: /temporal\.address is missing: set it to host:port/ },
  'an address without a port': { set: ['temporal.address=temporal'], says: /\/temporal\/address/ },
  'a number that is none': { set: ['temporal.address=t:1', 'worker.replicas=many'], says: /\/worker\/replicas/ },
  'a name that there isn’t': { set: ['temporal.address=t:1', 'api.servce.port=1'], says: /'servce' not allowed/ },
  'a load tester that lets everybody in': {
    set: ['temporal.address=t:1', 'loadtester.enabled=true'],
    says: /loadtester\.tokenSecret is missing: a Secret whose key `token`/,
  },
  'one Secret for all processes': {
    set: ['temporal.address=t:1', 'existingSecret=all'],
    says: /'existingSecret' not allowed/,
  },
  'a scope that there isn’t': { set: ['temporal.address=t:1', 'scope=all'], says: /\/scope/ },
  'an issuer without a client': {
    set: ['temporal.address=t:1', 'api.oidc.issuerUrl=https://login.example.com'],
    says: /api\.oidc\.clientId is missing/,
  },
};

for (const [mistake, { set, says }] of Object.entries(MISTAKES)) {
  test(`values are checked: ${mistake}`, () => {
    const { status, stderr } = templatedWith(...set);
    assert.notEqual(status, 0);
    assert.match(stderr, says);
  });
}

test('every value is described, and every description has a value', () => {
  const read = (name: string): unknown => parse(readFileSync(join(root, 'deploy/chart', name), 'utf8'));
  assert.deepEqual(keysOf(read('values.yaml')), describedBy(read('values.schema.json')));
});

const recordSchema = z.record(z.string(), z.unknown());

/** Paths of values, as far down as the schema names them. */
function keysOf(value: unknown, path = ''): string[] {
  const { success, data } = recordSchema.safeParse(value);
  if (!success || OPEN.test(path)) return [path];
  const keys = Object.entries(data);
  return keys.length === 0 ? [path] : keys.flatMap(([key, inner]) => keysOf(inner, `${path}/${key}`)).sort();
}

/** Where Kubernetes' own schemas hold. */
const OPEN = /\/(resources|affinity)$/;

function describedBy(schema: unknown, path = ''): string[] {
  const { properties } = z.looseObject({ properties: recordSchema.optional() }).parse(schema);
  if (properties === undefined) return [path];
  return Object.entries(properties)
    .filter(([key]) => key !== 'global')
    .flatMap(([key, inner]) => describedBy(inner, `${path}/${key}`))
    .sort();
}

for (const page of ['install.md', 'kind.md', 'migrate.md']) {
  test(`the chart takes the values that docs/${page} sets`, () => {
    const text = readFileSync(join(root, 'docs', page), 'utf8').replaceAll(/\\\n\s*/g, '');
    const [command = ''] = /^helm install serinus deploy\/chart .*$/m.exec(text) ?? [];
    const settings = [...command.matchAll(/--set (\S+)/g)].map(([, setting]) => setting ?? '');
    assert.ok(settings.length > 2, command);
    const { status, stderr } = templatedWith(...settings);
    assert.equal(status, 0, stderr);
  });
}

test('Secrets by name: no right to those of the cluster, and get in the namespaces that are listed', async () => {
  const { status, stdout, stderr } = templatedWith(
    'temporal.address=t:1',
    'rbac.secrets=named',
    'rbac.secretNamespaces={shop,pay}',
  );
  assert.equal(status, 0, stderr);
  const objects = parseManifest(stdout);
  const roles = objects.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
  const ofSecrets = roles.flatMap((role) =>
    rulesSchema
      .parse(role)
      .rules.filter(({ resources }) => resources.some((resource) => ['secrets', 'configmaps'].includes(resource)))
      .map(({ verbs, resources }) => [role.kind, role.metadata.namespace, resources.join(), verbs.join()].join(' ')),
  );
  // For the worker and for watch.
  assert.deepEqual(ofSecrets.sort(), [
    'Role pay secrets get',
    'Role pay secrets get',
    'Role shop secrets get',
    'Role shop secrets get',
  ]);
  for (const { spec } of processes(objects)) {
    assert.ok(argsOf(spec).includes('--enable-config-tracking=false'));
    assert.equal(await complaintAbout(argsOf(spec)), undefined);
  }
});
