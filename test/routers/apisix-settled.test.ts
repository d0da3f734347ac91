import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../src/kube/object.js';
import { isRouteSettled } from '../../src/routers/apisix/settled.js';

function route(generation: number, ...conditions: readonly object[]): KubeObject {
  return {
    apiVersion: 'apisix.apache.org/v2',
    kind: 'ApisixRoute',
    metadata: { name: 'web-cart-canary', namespace: 'shop', generation },
    status: { conditions },
  };
}

// Line 1 has no lastTransitionTime: its definition drops the field.
const available = (observedGeneration: number, status = 'True') => ({
  type: 'ResourcesAvailable',
  reason: status === 'True' ? 'ResourcesSynced' : 'ResourceSyncAborted',
  status,
  observedGeneration,
});

const accepted = (observedGeneration: number, status = 'True') => ({
  type: 'Accepted',
  reason: status === 'True' ? 'Accepted' : 'SyncFailed',
  status,
  observedGeneration,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

describe('whether APISIX has taken over a route', () => {
  const cases: readonly (readonly [string, KubeObject, boolean | undefined])[] = [
    ['line 1: has its first sync behind it', route(1, available(1)), true],
    [
      'line 1: wrote its condition when it last flipped, and says nothing of what came after',
      route(5, available(1)),
      undefined,
    ],
    ['line 1: could not hand it over', route(5, available(5, 'False')), false],
    ['line 1: could not hand over an earlier one', route(5, available(3, 'False')), false],
    ['line 1: has recovered with this generation', route(6, available(6)), true],
    ['line 2: has not looked at this generation', route(5, accepted(4)), false],
    ['line 2: has translated it; the data plane gets it next', route(5, accepted(5)), undefined],
    ['line 2: its data plane refused it', route(5, accepted(5, 'False')), false],
    ['nobody has written a status', route(1), undefined],
    ['a condition of no generation', route(1, { type: 'ResourcesAvailable', status: 'True' }), undefined],
  ];
  for (const [what, object, expected] of cases) {
    test(what, () => assert.equal(isRouteSettled(object), expected));
  }
});
