import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { areTracesWanted } from '../../src/telemetry.js';
import { TraceIds } from '../../src/telemetry/trace-ids.js';

test('traces are wanted when OpenTelemetry’s variables name an exporter or its address, and not otherwise', () => {
  const cases: [Record<string, string>, boolean][] = [
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4318/v1/metrics' }, false],
    [{ OTEL_TRACES_EXPORTER: 'console' }, true],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'TRUE' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'false' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
  ];
  for (const [environment, wanted] of cases) {
    assert.equal(areTracesWanted(environment), wanted, JSON.stringify(environment));
  }
});

test('a process without traces doesn’t load OpenTelemetry’s SDK, one with traces does', () => {
  assert.deepEqual(loadedBy({}), []);
  assert.ok(loadedBy({ OTEL_TRACES_EXPORTER: 'console' }).includes('@opentelemetry/sdk-node'));
});

/** Which of OpenTelemetry's packages, its small API aside, an engine's process has loaded. */
function loadedBy(environment: Record<string, string>): string[] {
  const program = `
    import { createRequire } from 'node:module';
    import './src/processes/engine.ts';
    import { startTelemetry } from './src/telemetry.ts';
    const telemetry = await startTelemetry({ version: '0', kubernetes: 'https://k8s:6443' });
    const files = Object.keys(createRequire(import.meta.url).cache);
    const packages = new Set(files.map((file) => /node_modules\\/(@opentelemetry\\/[^/]+)/.exec(file)?.[1]));
    console.log(JSON.stringify([...packages].filter((name) => name && name !== '@opentelemetry/api')));
    await telemetry?.stop();
  `;
  const args = ['--import', 'tsx', '--input-type', 'module', '--eval', program];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...withoutOtel(), ...environment },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout.split('\n')[0] ?? '') as string[];
}

function withoutOtel(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_')));
}

test('a run’s trace id is its id without hyphens; anything else gets a random one', () => {
  const ids = new TraceIds();
  const run = '0198c0de-1234-7abc-8def-0123456789ab';
  assert.equal(
    ids.ofRun(run, () => ids.generateTraceId()),
    '0198c0de12347abc8def0123456789ab',
  );
  const others = [
    ids.generateTraceId(),
    ids.generateTraceId(),
    ids.ofRun('not a uuid', () => ids.generateTraceId()),
    ids.ofRun('00000000-0000-0000-0000-000000000000', () => ids.generateTraceId()),
  ];
  for (const id of others) assert.match(id, /^(?!0{32})[0-9a-f]{32}$/);
  assert.equal(new Set(others).size, others.length);
  assert.throws(() => ids.ofRun(run, () => assert.fail('stop')));
  assert.notEqual(ids.generateTraceId(), '0198c0de12347abc8def0123456789ab');
});
