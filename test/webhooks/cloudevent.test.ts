import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cloudEventOf } from '../../src/webhooks/cloudevent.js';

const CANARY = { cluster: 'eu 1', namespace: 'shop', name: 'cart' };
const AT = Date.UTC(2026, 10, 23, 12, 0, 0);

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#required-attributes */
test('an event of a Canary has all attributes that CloudEvents demands', () => {
  const event = cloudEventOf(
    CANARY,
    {
      kind: 'event',
      at: AT,
      type: 'Warning',
      message: 'Halt',
      phase: 'Progressing',
      revision: { hash: 'abc', configs: {} },
    },
    'run.1/4',
  );
  assert.deepEqual(event, {
    specversion: '1.0',
    id: 'run.1/4',
    source: '/clusters/eu%201/namespaces/shop/canaries/cart',
    type: 'dev.serinus.canary.event',
    subject: 'shop/cart',
    time: '2026-11-23T12:00:00.000Z',
    datacontenttype: 'application/json',
    data: { ...CANARY, message: 'Halt', type: 'Warning', phase: 'Progressing', revision: 'abc' },
  });
});

test('a milestone has a type of its own', () => {
  const alert = { kind: 'alert', at: AT, severity: 'error', topic: 'failed', message: 'no', details: false } as const;
  const event = cloudEventOf(CANARY, alert, 'run.1/5');
  assert.equal(event?.type, 'dev.serinus.release.failed');
  assert.deepEqual(event?.data, { ...CANARY, message: 'no', severity: 'error' });
});

test('that an alert is over is no news', () => {
  assert.equal(cloudEventOf(CANARY, { kind: 'over', at: AT, topics: ['failed'] }, 'x'), undefined);
});
