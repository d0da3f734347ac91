import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseAlertProvider } from '../../src/crds/alert-provider.js';
import { parseCanary, type Canary } from '../../src/crds/canary.js';
import { parseMetricTemplate } from '../../src/crds/metric-template.js';
import { policyOfCanary } from '../../src/crds/policy.js';
import type { Parsed } from '../../src/crds/refusal.js';
import { alertProviderSpecSchema } from '../../src/crds/schema/alert-provider.js';
import { canarySpecSchema } from '../../src/crds/schema/canary.js';
import { metricTemplateSpecSchema } from '../../src/crds/schema/metric-template.js';
import { parseStatus } from '../../src/crds/status.js';
import { structuralSchema } from '../../src/crds/structural.js';
import { arbitraryOf } from './arbitrary.js';
import { OPTIONS, setAt, walkthroughCanary } from './fixtures.js';

const RUNS = { numRuns: 150 };

function objectWith(kind: string, spec: unknown): object {
  return { apiVersion: 'flagger.app/v1beta1', kind, metadata: { name: 'x', namespace: 'test', generation: 2 }, spec };
}

/** Either it is read, or the refusal says everything. */
function sound<T>(parsed: Parsed<T>): boolean {
  if (parsed.ok) return true;
  const { field, value, remedy, generation } = parsed.refusal;
  assert.ok(field !== '' && value !== '' && remedy !== '');
  assert.doesNotMatch(remedy, /undefined|\[object|Invalid input/);
  assert.equal(generation, 2);
  return false;
}

function assertUsable(canary: Canary): void {
  const { intervalSeconds, threshold, strategy } = policyOfCanary(canary);
  assert.ok(intervalSeconds >= 10 && Number.isFinite(intervalSeconds));
  assert.ok(Number.isInteger(threshold) && threshold >= 1);
  if (strategy.kind !== 'canary') {
    assert.ok(Number.isInteger(strategy.iterations) && strategy.iterations >= 1);
    return;
  }
  const steps = strategy.weights ?? [strategy.stepWeight ?? NaN, strategy.maxWeight];
  assert.ok(steps.every((step) => Number.isInteger(step) && step >= 1));
  assert.ok(strategy.maxWeight >= 1 && strategy.maxWeight <= 100);
  assert.ok(canary.analysis.metrics.every((metric) => metric.sources.length > 0));
  assert.ok(canary.analysis.webhooks.every((webhook) => URL.canParse(webhook.url) && webhook.timeoutSeconds > 0));
}

describe('whatever the schema accepts is read or refused, and never thrown at', () => {
  test('Canary', () => {
    const specs = arbitraryOf(structuralSchema(canarySpecSchema));
    fc.assert(
      fc.property(specs, (spec) => void sound(parseCanary(objectWith('Canary', spec), OPTIONS))),
      RUNS,
    );
  });

  test("Canary, from the walkthrough's with parts replaced", () => {
    const properties = structuralSchema(canarySpecSchema)['properties'] as Record<string, Record<string, unknown>>;
    const analysis = properties['analysis']?.['properties'] as Record<string, Record<string, unknown>>;
    const parts = [
      ...Object.entries({ ...properties, analysis: undefined }).map(([name, schema]) => ({
        path: `spec.${name}`,
        schema,
      })),
      ...Object.entries(analysis).map(([name, schema]) => ({ path: `spec.analysis.${name}`, schema })),
    ];
    const edits = fc.oneof(
      ...parts.flatMap(({ path, schema }) =>
        schema ? [fc.record({ path: fc.constant(path), value: arbitraryOf(schema) })] : [],
      ),
    );
    let read = 0;
    fc.assert(
      fc.property(fc.array(edits, { minLength: 1, maxLength: 2 }), (changes) => {
        const canary = walkthroughCanary();
        canary.metadata.generation = 2;
        for (const { path, value } of changes) setAt(canary, path, value);
        const parsed = parseCanary(canary, OPTIONS);
        if (!sound(parsed) || !parsed.ok) return;
        read += 1;
        assertUsable(parsed.value);
      }),
      { numRuns: 1000 },
    );
    assert.ok(read > 100, `only ${read} were read`);
  });

  test('anything in place of anything', () => {
    const paths = fc.constantFrom(
      'spec',
      'spec.targetRef',
      'spec.service',
      'spec.service.match',
      'spec.analysis',
      'spec.analysis.interval',
      'spec.analysis.stepWeights',
      'spec.analysis.metrics',
      'spec.analysis.webhooks',
      'status',
    );
    fc.assert(
      fc.property(paths, fc.anything(), (path, value) => {
        const canary = walkthroughCanary();
        canary.metadata.generation = 2;
        setAt(canary, path, value);
        sound(parseCanary(canary, OPTIONS));
      }),
      { numRuns: 1000 },
    );
  });

  test('MetricTemplate', () => {
    const specs = arbitraryOf(structuralSchema(metricTemplateSpecSchema));
    fc.assert(
      fc.property(specs, (spec) => void sound(parseMetricTemplate(objectWith('MetricTemplate', spec)))),
      RUNS,
    );
  });

  test('AlertProvider', () => {
    const specs = arbitraryOf(structuralSchema(alertProviderSpecSchema));
    fc.assert(
      fc.property(specs, (spec) => void sound(parseAlertProvider(objectWith('AlertProvider', spec)))),
      RUNS,
    );
  });

  test('any status', () => {
    fc.assert(
      fc.property(fc.anything(), (status) => void parseStatus(status)),
      RUNS,
    );
  });
});
