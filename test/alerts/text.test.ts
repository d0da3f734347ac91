import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alertText } from '../../src/alerts/text.js';
import { parseCanary } from '../../src/crds/canary.js';
import { initializedAlert, PROGRESSING_ALERT, promotionFailedAlert } from '../../src/domain/notices/alerts.js';
import { canaryWith, OPTIONS } from '../crds/fixtures.js';

function canary(edits: Readonly<Record<string, unknown>> = {}) {
  const parsed = parseCanary(canaryWith(edits), OPTIONS);
  assert.ok(parsed.ok, 'refused');
  return parsed.value;
}

const fieldsOf = (edits: Readonly<Record<string, unknown>>, cluster?: string) =>
  alertText({ ...PROGRESSING_ALERT, at: 0 }, canary(edits), cluster).fields.map(
    ({ name, value }) => `${name} = ${value}`,
  );

const A = 'spec.analysis';

describe('the fields of an alert', () => {
  test('are Flagger’s, in its order', () => {
    assert.deepEqual(fieldsOf({}), [
      'Target = Deployment/podinfo.test',
      'Failed checks threshold = 10',
      'Progress deadline = 60s',
      'Traffic routing = Weight step: 10 max: 50',
    ]);
  });

  test('begin with the cluster where it has a name', () => {
    assert.equal(fieldsOf({}, 'blue')[0], 'Cluster = blue');
    const { fields } = alertText({ ...promotionFailedAlert('x'), at: 0 }, canary(), 'blue');
    assert.deepEqual(fields, [{ name: 'Cluster', value: 'blue' }]);
  });

  const STRATEGIES: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
    [{ [`${A}.stepWeights`]: [1, 2, 10], [`${A}.stepWeight`]: undefined }, 'Weight steps: 1,2,10 max: 10'],
    [{ [`${A}.iterations`]: 5, [`${A}.stepWeight`]: undefined, [`${A}.maxWeight`]: undefined }, 'Blue/Green'],
    [
      {
        [`${A}.iterations`]: 5,
        [`${A}.stepWeight`]: undefined,
        [`${A}.match`]: [{ headers: { 'x-canary': { exact: 'insider' } } }],
      },
      'A/B Testing',
    ],
  ];
  for (const [edits, routing] of STRATEGIES) {
    test(routing, () => assert.equal(fieldsOf(edits).at(-1), `Traffic routing = ${routing}`));
  }
});

test('wordings name the kind of the target', () => {
  assert.equal(initializedAlert('DaemonSet').message, 'New DaemonSet detected, initialization completed.');
});
