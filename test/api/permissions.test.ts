import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { parseManifest } from '../../lab/kube/apply.js';
import { ORDER_NAMES, type OrderName, wordOf } from '../../src/domain/orders/catalogue.js';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import { orderSignals, workflowIdOf } from '../../src/workflows/contract.js';
import { Browser } from '../harness/auth/browser.js';
import { TestIssuer } from '../harness/auth/issuer.js';
import { LOCAL_ORIGIN, oidc } from '../harness/auth/settings.js';
import { serinus } from '../harness/cli-process.js';
import { NAMESPACES } from '../harness/kubernetes/cluster.js';
import { account, bearer, ROLE_BINDINGS } from '../harness/api/accounts.js';
import { openApi, type ApiBench } from '../harness/api/api-bench.js';
import { ended, get, ordersIn, post, releaseIs } from '../harness/api/client.js';

const CLUSTER_ROLES: ResourceType = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
};

/** Who there is, and the roles of deploy/rbac/people.yaml that are bound to their group in the namespace. */
const PEOPLE = {
  viewer: ['serinus-viewer'],
  releaser: ['serinus-releaser'],
  approver: ['serinus-approver'],
  nobody: [],
  /** Has all of them in another namespace. */
  elsewhere: [],
} as const satisfies Record<string, readonly string[]>;

type Person = keyof typeof PEOPLE;

const PERSONS = Object.keys(PEOPLE) as Person[];
const GATES: readonly OrderName[] = ['approve', 'reject'];

/** What deploy/rbac/people.yaml is meant to grant. */
function mayOrder(person: Person, order: OrderName): boolean {
  return person === (GATES.includes(order) ? 'approver' : 'releaser');
}

let issuer: TestIssuer;
let bench: ApiBench;
let ns: string;
let other: string;
const tokens = new Map<Person, string>();
const browsers = new Map<Person, Browser>();
const unknown = 'podinfo.11111111-1111-4111-8111-111111111111';

before(async () => {
  issuer = await TestIssuer.start([LOCAL_ORIGIN]);
  bench = await openApi({ authentication: oidc(issuer, { origin: LOCAL_ORIGIN }) });
  ns = bench.world.namespace;
  other = `${ns}-other`;
  const { client } = bench.world;
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } });
  for (const role of parseManifest(readFileSync(new URL('../../deploy/rbac/people.yaml', import.meta.url), 'utf8'))) {
    // The API server belongs to the whole test run.
    if (!(await client.get(CLUSTER_ROLES, undefined, role.metadata.name))) await client.create(CLUSTER_ROLES, role);
  }
  for (const person of PERSONS) {
    const token = await account(client, ns, person, []);
    tokens.set(person, token);
    for (const role of PEOPLE[person]) await client.create(ROLE_BINDINGS, binding(ns, person, role));
    issuer.user = { sub: person, email: `${person}@example.com`, groups: [`${ns}-${person}`] };
    const browser = new Browser(bench.app);
    assert.equal((await browser.logIn()).status, 302);
    browsers.set(person, browser);
  }
  for (const role of ['serinus-releaser', 'serinus-approver']) {
    await client.create(ROLE_BINDINGS, binding(other, 'elsewhere', role));
  }
});
after(async () => {
  await bench.world.client.delete(NAMESPACES, undefined, other);
  await bench.close();
  await issuer.close();
});

/** Of the account whose token it is, and of the group that the issuer says. */
function binding(namespace: string, person: Person, role: string): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${person}-${role}`, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [
      { kind: 'ServiceAccount', name: person, namespace: ns },
      { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: `${ns}-${person}` },
    ],
  };
}

const tokenOf = (person: Person): Record<string, string> => bearer(tokens.get(person) ?? '');
const browserOf = (person: Person): Browser => browsers.get(person) ?? new Browser(bench.app);

interface Asked {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The ways on which a person can give an order through the API. */
const CHANNELS: Readonly<Record<string, (person: Person, url: string, payload: object) => Promise<Asked>>> = {
  token: (person, url, payload) => post(bench.app, url, payload, tokenOf(person)),
  'command line': (person, url, payload) =>
    post(bench.app, url, payload, { ...tokenOf(person), 'user-agent': 'serinus-cli/0' }),
  session: async (person, url, payload) => {
    const browser = browserOf(person);
    const headers = await browser.ownHeaders(LOCAL_ORIGIN);
    return browser.send({ method: 'POST', url, payload, headers });
  },
};

function ask(channel: string, person: Person, url: string, payload: object): Promise<Asked> {
  const send = CHANNELS[channel];
  assert.ok(send, channel);
  return send(person, url, payload);
}

describe('who may give which order', () => {
  for (const [channel, send] of Object.entries(CHANNELS)) {
    test(`by ${channel}`, async () => {
      for (const person of PERSONS) {
        const answers = await Promise.all(
          ORDER_NAMES.map(async (order) => {
            const url = `/api/v1/rollouts/${ns}.${unknown}/${wordOf(order)}`;
            return [order, await send(person, url, order === 'setWeight' ? { weight: 1 } : {})] as const;
          }),
        );
        for (const [order, { status, body }] of answers) {
          // A permitted caller learns that there is no such release; another caller doesn't learn even that.
          const wanted = mayOrder(person, order) ? [404, '/problems/unknown-release'] : [403, '/problems/forbidden'];
          assert.deepEqual([status, body['type']], wanted, `${person} ${order}: ${JSON.stringify(body)}`);
        }
        const start = await send(person, `/api/v1/namespaces/${ns}/canaries/none/rollouts`, { images: { a: 'b:1' } });
        assert.equal(start.status, person === 'releaser' ? 404 : 403, `${person} starts`);
      }
    });
  }

  test('is reported beforehand, by permissions', async () => {
    const url = `/api/v1/namespaces/${ns}/canaries/podinfo/permissions`;
    for (const person of PERSONS) {
      const orders = Object.fromEntries(ORDER_NAMES.map((order) => [wordOf(order), mayOrder(person, order)]));
      const wanted = { start: person === 'releaser', logs: false, orders };
      assert.deepEqual((await get(bench.app, url, tokenOf(person))).body, wanted, person);
      assert.deepEqual((await browserOf(person).send({ url })).body, wanted, person);
    }
    const there = `/api/v1/namespaces/${other}/canaries/podinfo/permissions`;
    const { body } = await browserOf('elsewhere').send({ url: there });
    assert.deepEqual(new Set(Object.values(body['orders'] as Record<string, boolean>)), new Set([true]));
    assert.equal(body['start'], true);
    assert.equal((await get(bench.app, url)).status, 401);
  });

  test('and who may look', async () => {
    for (const person of PERSONS) {
      const status = ['nobody', 'elsewhere'].includes(person) ? 403 : 200;
      const url = `/api/v1/canaries?namespace=${ns}`;
      assert.equal((await get(bench.app, url, tokenOf(person))).status, status, person);
      assert.equal((await browserOf(person).send({ url })).status, status, person);
    }
  });

  test('by the command line itself', async () => {
    const url = await bench.app.listen({ host: '127.0.0.1', port: 0 });
    const { name } = await bench.world.canary();
    const run = (person: Person) =>
      serinus(['describe', name, '-n', ns, '--server', url], {
        SERINUS_TOKEN: tokens.get(person) ?? '',
      });
    const [viewer, nobody] = await Promise.all([run('viewer'), run('nobody')]);
    assert.equal(viewer.code, 0, viewer.err);
    assert.equal(nobody.code, 1);
    assert.match(nobody.err, /nobody may not get canaries\.flagger\.app/);
  });
});

/** The API as somebody who may only look. */
const reader = {
  inject: (options: { readonly url: string }) => bench.app.inject({ ...options, headers: tokenOf('viewer') }),
} as typeof bench.app;

/** A release that stands at its first weight, and what gives it orders. */
async function underWay() {
  const { name } = await bench.world.canary({ intervalSeconds: 600 });
  const rollouts = `/api/v1/namespaces/${ns}/canaries/${name}/rollouts`;
  const started = await post(bench.app, rollouts, { images: { app: 'podinfo:6.0.1' } }, tokenOf('releaser'));
  assert.equal(started.status, 202, JSON.stringify(started.body));
  const id = String(started.body['id']);
  await releaseIs(reader, id, ({ weight }) => weight === 25, 'weight 25');
  const order = (person: Person, word: string, channel = 'session') =>
    ask(channel, person, `/api/v1/rollouts/${id}/${word}`, { by: 'the boss' });
  const handle = bench.client.workflow.getHandle(workflowIdOf({ cluster: bench.cluster, namespace: ns, name }));
  return { id, order, handle };
}

describe('an order that is obeyed', () => {
  test('is recorded with the verified name and the channel; a signal with what its sender says', async () => {
    const { id, order, handle } = await underWay();
    assert.equal((await order('releaser', 'pause')).status, 200);
    await handle.signal(orderSignals.resume, { by: 'eve', requestId: 'from-temporal' });
    const release = await releaseIs(reader, id, ({ paused }) => paused === undefined, 'resumed');
    assert.deepEqual(
      ordersIn(release).map((entry) => [entry.by, entry.channel]),
      [
        ['releaser@example.com', 'ui'],
        ['eve', 'signal'],
      ],
    );
    const taken = bench.log.find((line) => line['audit'] === 'taken' && line['order'] === 'pause');
    assert.deepEqual([taken?.['user'], taken?.['channel']], ['releaser@example.com', 'ui']);
    assert.equal((await order('releaser', 'skip')).status, 200);
    await releaseIs(reader, id, ({ weight }) => weight === 50, 'weight 50');
    assert.equal((await order('releaser', 'abort')).status, 200);
  });

  test('of a release that has ended is for the same people', async () => {
    const { id, order } = await underWay();
    assert.equal((await order('releaser', 'abort', 'command line')).status, 200);
    await ended(reader, id);
    for (const person of PERSONS.filter((one) => one !== 'releaser')) {
      for (const channel of Object.keys(CHANNELS)) {
        for (const word of ['retry', 'undo']) {
          const { status, body } = await order(person, word, channel);
          assert.deepEqual([status, body['type']], [403, '/problems/forbidden'], `${person} ${word} by ${channel}`);
        }
      }
    }
    // A permitted caller learns why it is refused.
    const undone = await order('releaser', 'undo');
    assert.deepEqual([undone.status, undone.body['type']], [409, '/problems/order-refused']);
    const retried = await order('releaser', 'retry');
    assert.deepEqual([retried.status, retried.body['order']], [200, 'retry'], JSON.stringify(retried.body));
    const next = String(retried.body['id']);
    const { cause } = await releaseIs(reader, next, ({ weight }) => weight === 25, 'weight 25');
    assert.deepEqual([cause?.['by'], cause?.['of']], ['releaser@example.com', id]);
    assert.equal((await ask('token', 'releaser', `/api/v1/rollouts/${next}/abort`, {})).status, 200);
  });
});
