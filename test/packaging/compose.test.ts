import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { complaintAbout, isKnownVariable } from './command-line.js';
import { healthCheckWorks } from './health-check.js';
import { wholeImage } from './image.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);

const serviceSchema = z.strictObject({
  build: z.string().optional(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  entrypoint: z.array(z.string()).optional(),
  init: z.boolean().optional(),
  restart: z.string(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()),
  environment: z.record(z.string(), scalar).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z
    .array(
      z.union([z.string(), z.looseObject({ type: z.literal('bind'), source: z.string(), read_only: z.boolean() })]),
    )
    .default([]),
  extra_hosts: z.array(z.string()).optional(),
  secrets: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.strictObject({ condition })).default({}),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).refine(([kind]) => kind === 'CMD'),
      interval: z.string(),
      timeout: z.string(),
      start_period: z.string().optional(),
      retries: z.number().optional(),
    })
    .optional(),
});

const { services, volumes, secrets } = z
  .looseObject({
    services: z.record(z.string(), serviceSchema),
    volumes: z.record(z.string(), z.null()),
    secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
  })
  .parse(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }));

const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);

test('Temporal with PostgreSQL and its UI, Prometheus and all of Serinus are there', () => {
  const images = Object.values(services).map(({ image }) => image.split(':')[0]);
  for (const image of ['temporalio/server', 'temporalio/ui', 'postgres', 'prom/prometheus'])
    assert.ok(images.includes(image), image);
  assert.deepEqual(ours.map(([, { command }]) => command[0]).sort(), ['api', 'loadtester', 'watcher', 'worker']);
});

for (const [name, service] of Object.entries(services)) {
  describe(`service ${name}`, () => {
    test('has an image of one version', () => wholeImage(service.image));

    test('shows whether it is well, or ends by itself', () => {
      const ends = Object.values(services).some(
        ({ depends_on }) => depends_on[name]?.condition === 'service_completed_successfully',
      );
      assert.notEqual(service.healthcheck === undefined, !ends);
    });

    test('waits for services that are there, and that can tell', () => {
      for (const [other, { condition: until }] of Object.entries(service.depends_on)) {
        assert.ok(services[other], other);
        if (until === 'service_healthy') assert.ok(services[other]?.healthcheck, other);
      }
    });

    test('mounts files that exist, for reading, and volumes that are named', () => {
      for (const volume of service.volumes) {
        if (typeof volume !== 'string') {
          assert.match(volume.source, /^\$\{SERINUS_KUBECONFIG:\?/, 'everything else is in the repository');
          assert.ok(volume.read_only);
          continue;
        }
        const [source = '', target = '', mode] = volume.split(':');
        assert.match(target, /^\//);
        if (!source.startsWith('./')) {
          assert.ok(source in volumes, source);
          continue;
        }
        assert.equal(mode, 'ro');
        assert.ok(existsSync(join(root, source)), source);
      }
    });

    test('runs scripts that are mounted there', () => {
      const [shell, script] = service.entrypoint ?? [];
      if (shell === undefined) return;
      assert.equal(shell, '/bin/sh');
      const mounts = service.volumes.filter((volume) => typeof volume === 'string');
      const mount = mounts.find((volume) => volume.endsWith(`:${script}:ro`)) ?? assert.fail(`${script} isn't mounted`);
      const source = join(root, mount.split(':')[0] ?? '');
      assert.match(readFileSync(source, 'utf8'), /^#!\/bin\/sh\n/);
      assert.ok(statSync(source).mode & 0o111, `${source} may be executed`);
    });

    test('is open to this machine only, and can’t raise its rights', () => {
      for (const port of service.ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/);
      assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
    });

    test('has no secret written into it', () => {
      for (const [variable, value] of Object.entries(service.environment)) {
        if (/_FILE$/.test(variable)) assert.match(String(value), /^\/run\/secrets\//, variable);
        else if (/PASSWORD|PWD|TOKEN|KEY/.test(variable)) assert.match(String(value), /^\$\{/, variable);
      }
    });
  });
}

for (const [name, service] of ours) {
  describe(`Serinus as ${name}`, () => {
    test('is a command line that serinus takes', async () => {
      assert.equal(await complaintAbout(service.command), undefined);
    });

    test('is configured by variables that serinus reads', () => {
      for (const variable of Object.keys(service.environment)) {
        assert.ok(isKnownVariable(variable, service.command[0] ?? ''), variable);
      }
    });

    test('is a user without rights that writes nowhere but in volumes', () => {
      assert.match(String(service.user), /^(\$\{SERINUS_UID:-1000\}:\$\{SERINUS_GID:-1000\}|1000:1000)$/);
      assert.ok(service.read_only);
      assert.deepEqual(service.cap_drop, ['ALL']);
    });

    test('asks for its health where that is served', async (t) => {
      const [, ...argv] = service.healthcheck?.test ?? [];
      const { command, environment } = service;
      const port = command[0] === 'loadtester' ? after('--port', command) : environment['SERINUS_HEALTH_PORT'];
      assert.match(argv.at(-1) ?? '', new RegExp(`http://127\\.0\\.0\\.1:${port}/`));
      const here = (free: number) => argv.map((word) => word.replace(`:${port}/`, `:${free}/`));
      await healthCheckWorks(t, (free) => ({ argv: here(free) }));
    });
  });
}

test('the load tester demands a token that is nobody else’s, and knows no secret of another process', () => {
  const [, tester] = ours.find(([, { command }]) => command[0] === 'loadtester') ?? assert.fail('no load tester');
  assert.deepEqual(tester.secrets, ['loadtester-token']);
  assert.equal(tester.environment['SERINUS_LOADTESTER_TOKEN_FILE'], '/run/secrets/loadtester-token');
  assert.match(secrets['loadtester-token']?.file ?? '', /^\$\{SERINUS_LOADTESTER_TOKEN_FILE:\?/);
  for (const [name, service] of Object.entries(services)) {
    if (service !== tester) assert.deepEqual(service.secrets, [], name);
  }
  for (const volume of tester.volumes) assert.equal(typeof volume, 'string', 'no kubeconfig');
});

function after(flag: string, command: readonly string[]): string | undefined {
  return command[command.indexOf(flag) + 1];
}

test('Prometheus scrapes services and ports that are there', () => {
  const schema = z.looseObject({
    scrape_configs: z.array(
      z.looseObject({
        job_name: z.string(),
        static_configs: z.array(z.object({ targets: z.array(z.string()) })).default([]),
        file_sd_configs: z.array(z.object({ files: z.array(z.string()) })).default([]),
      }),
    ),
  });
  const file = parse(readFileSync(join(root, 'deploy/compose/prometheus.yml'), 'utf8')) as unknown;
  const { scrape_configs } = schema.parse(file);
  const targets = scrape_configs.flatMap(({ static_configs }) => static_configs.flatMap((config) => config.targets));
  for (const target of targets) {
    const [host = '', port = ''] = target.split(':');
    const values = Object.values(services[host]?.environment ?? {}).map(String);
    assert.ok(
      values.some((value) => value === port || value.endsWith(`:${port}`)),
      target,
    );
  }
  assert.deepEqual(
    targets.filter((target) => target.endsWith(':8081')).sort(),
    ours
      .filter(([, { command }]) => command[0] !== 'loadtester')
      .map(([name]) => `${name}:8081`)
      .sort(),
  );
  const folders = scrape_configs.flatMap(({ file_sd_configs }) => file_sd_configs.flatMap(({ files }) => files));
  assert.deepEqual(folders, ['/etc/prometheus/targets/*.yml']);
});
