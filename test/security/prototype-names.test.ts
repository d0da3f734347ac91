import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startRolloutSchema } from '../../src/api/schema/requests.js';
import { templatePatch } from '../../src/api/rollouts/patch.js';
import { parseCanary, refusalsOf } from '../../src/crds/canary.js';
import { measured, rangeText } from '../../src/domain/narrative/units.js';
import { judge, NOTHING_SHOWN, type ReleaseWindow } from '../../src/judgement/release.js';
import type { Rules } from '../../src/judgement/rules.js';
import { parseTemplate, TemplateError } from '../../src/metrics/gotemplate/template.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';
import { BUDGETS, LIMITS } from '../judgement/ratio.js';
import { deployment } from '../harness/kubernetes/cluster.js';

/** Every object of JavaScript has something of these names, whether anybody has put it there or not. */
const NAMES = ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty'];

describe('a name that every object has', () => {
  for (const name of NAMES) {
    test(`${name}, of a metric: its values are shown without a unit`, () => {
      assert.equal(measured(name, 5), '5');
      assert.equal(rangeText(name, { max: 5 }), '<= 5');
    });

    test(`${name}, of a metric: the evidence is what it would be under another name`, () => {
      const by = (metric: string) => {
        const rules: Rules = {
          budgets: BUDGETS,
          metrics: [{ name: metric, share: 1, limits: LIMITS, measured: true }],
          tripwire: { share: 0.5, requests: 20 },
          split: { tolerance: 0.25, budget: 0.001 },
        };
        const arms = { canary: { bad: 15, requests: 300 }, primary: { bad: 13, requests: 2700 } };
        const counts = Object.fromEntries([[metric, arms]]);
        const window: ReleaseWindow = { weight: 10, requests: { canary: 300, primary: 2700 }, counts, dispersions: {} };
        const empty: ReleaseWindow = { ...window, counts: {} };
        let evidence = judge(NOTHING_SHOWN, empty, rules).evidence;
        // As it travels through Temporal.
        for (const one of [window, window, window])
          evidence = judge(JSON.parse(JSON.stringify(evidence)) as typeof evidence, one, rules).evidence;
        return judge(evidence, window, rules).judgement.verdict;
      };
      assert.equal(by(name), by('errors'));
      assert.equal(by(name), 'FAIL');
    });

    test(`${name}, of a function in a query: there is none`, () => {
      const problem = (error: unknown): boolean =>
        error instanceof TemplateError && /not defined|unexpected/.test(error.message);
      assert.throws(() => parseTemplate(`{{ ${name} }}`, ['target']).render({ target: 'x' }), problem);
      assert.throws(() => parseTemplate(`{{ "x" | ${name} }}`, ['target']).render({ target: 'x' }), problem);
      const variables = new Map<string, string>();
      assert.throws(() => parseTemplate(`{{ variables.${name} }}`, ['variables']).render({ variables }), TemplateError);
    });

    test(`${name}, of a field: it is refused, or taken as a name`, () => {
      const analysis = {
        [`spec.analysis.webhooks`]: [{ name, url: 'http://a.test/', metadata: { [name]: 'x' } }],
        [`spec.analysis.metrics`]: [
          {
            name,
            interval: '1m',
            templateRef: { name: 'a' },
            templateVariables: { [name]: 'x' },
            thresholdRange: { max: 1 },
          },
        ],
        'spec.analysis.match': [{ headers: { [name]: { exact: 'x' } } }],
        'spec.analysis.iterations': 2,
        'spec.analysis.stepWeight': undefined,
        'spec.analysis.maxWeight': undefined,
      };
      const parsed = parseCanary(canaryWith(analysis), OPTIONS);
      if (parsed.ok) assert.equal(parsed.value.analysis.metrics[0]?.name, name);
      else assert.equal(name, '__proto__', `${parsed.refusal.field}: ${parsed.refusal.remedy}`);
      for (const field of [
        'spec.provider',
        'spec.targetRef.kind',
        'spec.analysis.webhooks[0].type',
        'spec.routeRef.kind',
      ]) {
        assert.ok(!parseCanary(canaryWith({ [field]: name }), OPTIONS).ok, `${field} ${name}`);
      }
      assert.doesNotThrow(() =>
        refusalsOf(canaryWith({ [`spec.${name}x`]: {}, [`spec.service.${name}`]: 1 }), OPTIONS),
      );
      assert.equal(({} as Record<string, unknown>)['x'], undefined, 'nothing is everybody’s now');
    });
  }

  test('of a container: its image is changed where that is asked for only', () => {
    const target = deployment('test', 'app');
    const containers = [
      { name: 'app', image: 'a:1' },
      { name: 'constructor', image: 'b:1' },
    ];
    const both = { ...target, spec: { ...(target['spec'] as object), template: { spec: { containers } } } };
    const patch = templatePatch(both, startRolloutSchema.parse({ images: { app: 'a:2' } }));
    assert.deepEqual(patch, { spec: { template: { spec: { containers: [{ name: 'app', image: 'a:2' }] } } } });
    const other = templatePatch(both, startRolloutSchema.parse({ images: { constructor: 'b:2' } }));
    assert.deepEqual(other, { spec: { template: { spec: { containers: [{ name: 'constructor', image: 'b:2' }] } } } });
  });
});
