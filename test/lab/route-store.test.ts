import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Endpoints } from '../../lab/gateway/cluster/endpoints.js';
import { serviceSchema } from '../../lab/gateway/cluster/objects.js';
import { nextConditions } from '../../lab/gateway/route-status.js';
import { requestFacts } from '../../lab/gateway/routing/request-facts.js';
import { routeObjectSchema, type RouteObject } from '../../lab/gateway/routing/route-object.js';
import { RouteStore, type Verdict } from '../../lab/gateway/routing/route-store.js';

function route(generation: number, service: string): RouteObject {
  return routeObjectSchema.parse({
    metadata: { namespace: 'test', name: 'app', uid: 'u', generation },
    spec: {
      http: [{ name: 'r', match: { paths: ['/*'] }, backends: [{ serviceName: service, servicePort: 80 }] }],
    },
  });
}

describe('the gateway’s routes', () => {
  let endpoints: Endpoints;
  let verdicts: Verdict[];
  let store: RouteStore;

  beforeEach(() => {
    endpoints = new Endpoints();
    verdicts = [];
    store = new RouteStore(endpoints, (verdict) => verdicts.push(verdict));
  });

  const addService = (name: string) => {
    const metadata = { namespace: 'test', name, uid: name };
    endpoints.setService(serviceSchema.parse({ metadata, spec: { ports: [{ port: 80 }] } }));
  };
  const backendInUse = () => {
    const match = store.table.match(requestFacts('GET', '/', 'any', {}));
    return match?.route.backends.items[0]?.service;
  };

  it('are taken over once their Service exists', () => {
    store.set(route(1, 'primary'));
    assert.equal(backendInUse(), undefined);
    assert.match(verdicts.at(-1)?.refusal ?? '', /service "test\/primary" not found/);
    addService('primary');
    store.retryRefused();
    assert.equal(backendInUse(), 'primary');
    assert.equal(verdicts.at(-1)?.refusal, undefined);
  });

  it('stay as they were while a newer version can’t be taken over', () => {
    addService('primary');
    store.set(route(1, 'primary'));
    store.set(route(2, 'absent'));
    assert.equal(backendInUse(), 'primary');
    assert.notEqual(verdicts.at(-1)?.refusal, undefined);
  });

  it('keep their place in the round robin when only their status changes', () => {
    addService('primary');
    store.set(route(1, 'primary'));
    const before = store.table;
    store.set(route(1, 'primary'));
    assert.equal(store.table, before);
  });

  it('go with their object', () => {
    addService('primary');
    store.set(route(1, 'primary'));
    store.drop(route(1, 'primary'));
    assert.equal(backendInUse(), undefined);
  });
});

describe('the status of a route', () => {
  const at = (seconds: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, seconds));
  const withConditions = (object: RouteObject, conditions: RouteObject['status']['conditions']) => ({
    ...object,
    status: { conditions },
  });

  it('shows the generation, and the time only of a change', () => {
    const first = nextConditions({ object: route(1, 's'), refusal: undefined }, at(1));
    assert.ok(first);
    assert.equal(first[0]?.reason, 'ResourcesSynced');
    assert.equal(first[0]?.observedGeneration, 1);
    const second = nextConditions({ object: withConditions(route(2, 's'), first), refusal: undefined }, at(2));
    assert.ok(second);
    assert.equal(second[0]?.observedGeneration, 2);
    assert.equal(second[0]?.lastTransitionTime, first[0]?.lastTransitionTime);
    const third = nextConditions({ object: withConditions(route(3, 's'), second), refusal: 'no' }, at(3));
    assert.deepEqual([third?.[0]?.status, third?.[0]?.message], ['False', 'no']);
    assert.equal(third?.[0]?.lastTransitionTime, at(3).toISOString());
  });

  it('is left alone when it is right, and so are others’ conditions', () => {
    const other = {
      type: 'Accepted',
      status: 'True',
      reason: '',
      message: '',
      observedGeneration: 1,
      lastTransitionTime: '',
    };
    const conditions = nextConditions({ object: withConditions(route(1, 's'), [other]), refusal: undefined }, at(1));
    assert.ok(conditions);
    assert.deepEqual(conditions[0], other);
    assert.equal(
      nextConditions({ object: withConditions(route(1, 's'), conditions), refusal: undefined }, at(2)),
      undefined,
    );
  });
});
