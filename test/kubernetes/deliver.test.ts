import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { deliver } from '../../src/notifications/deliver.js';
import type { Logger } from '../../src/logging.js';
import type { Notice } from '../../src/domain/notices/notice.js';
import { EMPTY_OUTBOX, posted, roundOf, type Round, type DeliveryResult } from '../../src/domain/notices/outbox.js';
import { ALERT_PROVIDERS, CANARIES, DEPLOYMENTS, SECRETS, type KubeObject } from '../../src/kube/object.js';
import { DEFAULT_SETTINGS, type Settings } from '../../src/settings.js';
import { checksumOf } from '../../src/webhooks/payload.js';
import { wire } from '../../src/processes/wiring.js';
import { canaryWith } from '../crds/fixtures.js';
import { receiver } from '../harness/http/receiver.js';
import { deployment, openCluster } from '../harness/kubernetes/cluster.js';

const REVISION = { hash: 'abc', configs: {} };
const AT = Date.UTC(2026, 10, 23, 12, 0, 0);

const event = (message: string): Notice => ({
  kind: 'event',
  at: AT,
  type: 'Warning',
  message,
  phase: 'Progressing',
  revision: REVISION,
});
const alert = (severity: 'info' | 'warn' | 'error', message: string): Notice => ({
  kind: 'alert',
  at: AT,
  severity,
  topic: 'failed',
  message,
  details: false,
});
const over: Notice = { kind: 'over', at: AT, topics: ['waiting'] };

function round(...notices: Notice[]): Round {
  return roundOf(posted(EMPTY_OUTBOX, notices)[0], AT);
}

/** A worker's dependencies over a namespace of its own, with a Canary in it. */
async function open(
  t: TestContext,
  analysis: object,
  settings: Partial<Settings> = {},
  annotations: Readonly<Record<string, string>> = {},
) {
  const cluster = await openCluster();
  const { client, namespace } = cluster;
  const connection = Connection.lazy({});
  const logged: string[] = [];
  const note: Logger['info'] = (_fields, message) => void logged.push(message);
  const log: Logger = { info: note, warn: note, error: note, debug: () => undefined };
  const deps = wire(client, new Client({ connection }), { ...DEFAULT_SETTINGS, namespace, ...settings }, log);
  t.after(async () => {
    await deps.cache.stop();
    await connection.close();
    await cluster.close();
  });
  const put = (kind: 'AlertProvider' | 'Secret', name: string, content: object): Promise<KubeObject> =>
    client.create(kind === 'Secret' ? SECRETS : ALERT_PROVIDERS, {
      apiVersion: kind === 'Secret' ? 'v1' : 'flagger.app/v1beta1',
      kind,
      metadata: { name, namespace },
      ...content,
    });
  const base = canaryWith({ 'metadata.uid': undefined, 'metadata.generation': undefined }) as KubeObject;
  const spec = base['spec'] as { analysis: object };
  await client.create(CANARIES, {
    ...base,
    metadata: { name: 'podinfo', namespace, annotations },
    spec: { ...spec, analysis: { ...spec.analysis, webhooks: [], ...analysis } },
  });
  const canary = { cluster: deps.settings.clusterName, namespace, name: 'podinfo' };
  const notify = async (what: Round, origin = 'run.1'): Promise<Readonly<Record<string, DeliveryResult>>> => {
    const results = await deliver(deps, { canary, origin, round: what }, new AbortController().signal);
    return Object.fromEntries(results.map((one) => [one.to, one]));
  };
  return { client, namespace, deps, logged, put, tell: notify };
}

const entry = (name: string, severity: string, provider = name): object => ({
  name,
  ...(severity === '' ? {} : { severity }),
  providerRef: { name: provider },
});

const hook = (name: string, url: string, extra: object = {}): object => ({ name, type: 'event', url, ...extra });

describe('alerts of a Canary', () => {
  test('go to the providers it names, each from its severity on; address and token come from the Secret', async (t) => {
    const chat = await receiver(t, (response) => response.end('ok'));
    const pager = await receiver(t, (response) => response.end());
    const {
      put,
      tell: notify,
      logged,
    } = await open(t, {
      alerts: [entry('everything', 'info'), entry('failures', 'error'), entry('muted', '', 'everything')],
    });
    await put('Secret', 'chat', { stringData: { address: `${chat.url}/services/T0secret\n`, token: 'xoxb-secret' } });
    await put('AlertProvider', 'everything', { spec: { type: 'slack', channel: 'ops', secretRef: { name: 'chat' } } });
    await put('AlertProvider', 'failures', { spec: { type: 'alertmanager', address: pager.url } });
    const results = await notify(round(alert('info', 'one'), alert('error', 'two'), over));
    assert.deepEqual(results, {
      'alert everything': { to: 'alert everything', through: 3, refused: [] },
      'alert failures': { to: 'alert failures', through: 3, refused: [] },
    });
    assert.deepEqual(
      chat.received.map(({ url, headers, body }) => [url, headers['authorization'], /"text":"(\w+)"/.exec(body)?.[1]]),
      [
        ['/services/T0secret', 'Bearer xoxb-secret', 'one'],
        ['/services/T0secret', 'Bearer xoxb-secret', 'two'],
      ],
    );
    assert.match(chat.received[0]?.body ?? '', /^\{"channel":"ops","username":"flagger"/);
    const [fired, ended] = pager.received.map(({ url, body }) => [url, JSON.parse(body) as { labels: object }[]]);
    assert.deepEqual([fired?.[0], ended?.[0]], ['/api/v2/alerts', '/api/v2/alerts']);
    assert.match(JSON.stringify(fired), /CanaryFailed.*podinfo.*: two/);
    assert.match(JSON.stringify(ended), /CanaryWaiting.*"endsAt":"2026-11-23T12:00:00.000Z"/);
    assert.doesNotMatch(JSON.stringify([results, logged]), /secret/);
  });

  test('of one release are one thread where the service names it, and start another where that is gone', async (t) => {
    let posted = 0;
    const lost = new Set<string>();
    const chat = await receiver(t, (response, _nth, { body }) => {
      const { thread_ts: thread } = JSON.parse(body) as { thread_ts?: string };
      if (thread !== undefined && lost.has(thread))
        return response.end('{"ok":false,"error":"cannot_reply_to_message"}');
      posted += 1;
      const ts = `1503435956.00000${posted}`;
      return response.end(JSON.stringify({ ok: true, channel: 'C1', ts, message: { ts, text: 'x' } }));
    });
    const { put, tell: notify } = await open(t, { alerts: [entry('chat', 'info')] });
    await put('Secret', 'chat', { stringData: { address: `${chat.url}/api/chat.postMessage`, token: 'xoxb-secret' } });
    await put('AlertProvider', 'chat', { spec: { type: 'slack', channel: 'ops', secretRef: { name: 'chat' } } });
    const first = await notify(round(alert('info', 'one'), alert('error', 'two')));
    assert.equal(first['alert chat']?.thread, 'ops/1503435956.000001');
    const threads = { 'alert chat': 'ops/1503435956.000001' };
    const second = await notify({ ...round(alert('info', 'three')), threads });
    assert.equal(second['alert chat']?.thread, 'ops/1503435956.000001', 'it goes on');
    lost.add('1503435956.000001');
    const third = await notify({ ...round(alert('info', 'four'), alert('info', 'five')), threads });
    assert.deepEqual(third['alert chat'], {
      to: 'alert chat',
      through: 2,
      refused: [],
      thread: 'ops/1503435956.000004',
    });
    assert.deepEqual(
      chat.received.map(({ body }) => [/"text":"(\w+)"/.exec(body)?.[1], /"thread_ts":"[\d.]+(\d)"/.exec(body)?.[1]]),
      [
        ['one', undefined],
        ['two', '1'],
        ['three', '1'],
        ['four', '1'],
        ['four', undefined],
        ['five', '4'],
      ],
    );
  });

  test('that no provider takes are reported in Flagger’s words, and not tried again', async (t) => {
    const {
      put,
      tell: notify,
      logged,
      namespace,
    } = await open(t, {
      alerts: [entry('a', 'info', 'missing'), entry('b', 'info', 'no-secret'), entry('c', 'info', 'no-address')],
    });
    await put('AlertProvider', 'no-secret', { spec: { type: 'slack', secretRef: { name: 'nowhere' } } });
    await put('AlertProvider', 'no-address', { spec: { type: 'slack', secretRef: { name: 'empty' } } });
    await put('Secret', 'empty', { stringData: { token: 'hunter2' } });
    const results = await notify(round(alert('error', 'x')));
    assert.deepEqual(
      Object.values(results).map(({ to, through, error, refused }) => [to, through, error, refused[0]?.error]),
      [
        ['alert a', 1, undefined, 'error: alertproviders.flagger.app "missing" not found'],
        ['alert b', 1, undefined, 'secretRef error: secrets "nowhere" not found'],
        ['alert c', 1, undefined, 'secret does not contain an address'],
      ],
    );
    assert.deepEqual(logged.sort(), [
      `alert provider missing.${namespace} error: alertproviders.flagger.app "missing" not found`,
      `alert provider no-address.${namespace} secret does not contain an address`,
      `alert provider no-secret.${namespace} secretRef error: secrets "nowhere" not found`,
    ]);
  });

  test('a provider that is down is tried again, and holds up nobody else', async (t) => {
    let up = false;
    const flaky = await receiver(t, (response) => response.writeHead(up ? 200 : 503, { 'retry-after': '3' }).end());
    const healthy = await receiver(t, (response) => response.end());
    const { put, tell: notify, deps } = await open(t, { alerts: [entry('flaky', 'info'), entry('healthy', 'info')] });
    await put('AlertProvider', 'flaky', { spec: { type: 'webhook', address: flaky.url } });
    await put('AlertProvider', 'healthy', { spec: { type: 'webhook', address: healthy.url } });
    const first = await notify(round(alert('info', 'one'), alert('info', 'two')));
    assert.equal(healthy.received.length, 2);
    assert.equal(flaky.received.length, 1, 'the second waits for the first');
    assert.equal(first['alert flaky']?.through, 0);
    assert.equal(first['alert flaky']?.retryAfterMs, 3_000);
    assert.match(first['alert flaky']?.error ?? '', /^send error: 127.0.0.1:\d+ answered with status 503$/);
    up = true;
    const second = await notify({
      ...round(alert('info', 'one'), alert('info', 'two')),
      offered: 2,
      again: { 'alert flaky': 0 },
    });
    assert.equal(second['alert flaky']?.through, 2);
    assert.equal(healthy.received.length, 2, 'who has been told is not told again');
    const keys = flaky.received.map(({ headers }) => headers['idempotency-key']);
    assert.equal(keys[0], keys[1], 'a repetition has the key of the first attempt');
    assert.notEqual(keys[1], keys[2]);
    assert.match(await deps.meters.expose(), /serinus_deliveries_total\{kind="alert",outcome="failed"\} 1/);
  });
});

describe('event webhooks', () => {
  test('are called in order, with the event in the metadata, which nothing overrides', async (t) => {
    const bell = await receiver(t, (response) => response.writeHead(202).end());
    const { tell: notify, namespace } = await open(t, {
      webhooks: [
        hook('bell', `${bell.url}/events`, { metadata: { team: 'shop', eventMessage: 'forged', eventType: 'forged' } }),
        { name: 'test', type: 'rollout', url: `${bell.url}/wrong` },
      ],
    });
    await notify(round(event('one'), alert('error', 'not for webhooks'), event('two')));
    assert.deepEqual(
      bell.received.map(({ url, body }) => [url, body]),
      ['one', 'two'].map((message) => [
        '/events',
        `{"name":"podinfo","namespace":"${namespace}","phase":"Progressing","checksum":"${checksumOf(REVISION)}",` +
          `"metadata":{"eventMessage":"${message}","eventType":"Warning","team":"shop","timestamp":"${AT}"}}`,
      ]),
    );
  });

  test('have keys that tell notices, recipients and releases apart, and repetitions not', async (t) => {
    const bell = await receiver(t, (response) => response.end());
    const { tell: notify } = await open(t, {
      webhooks: [hook('a', bell.url), hook('b', bell.url), hook('b', bell.url)],
    });
    await notify(round(event('x')));
    await notify(round(event('x')));
    await notify(round(event('x')), 'run.2');
    const keys = bell.received.map(({ headers }) => String(headers['idempotency-key']));
    assert.deepEqual([keys.length, new Set(keys).size], [9, 6]);
    assert.deepEqual(keys.slice(0, 3).sort(), keys.slice(3, 6).sort());
    for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
  });

  test('that refuse are named by host, without what may be secret', async (t) => {
    const bell = await receiver(t, (response) => response.writeHead(500).end('no'));
    const wall = await receiver(t, (response) => response.writeHead(400).end('bad request'));
    const { tell: notify, logged } = await open(t, {
      webhooks: [hook('down', `${bell.url}/T0secret?t=T1secret`), hook('wall', `${wall.url}/T0secret`)],
    });
    const { 'webhook down': down, 'webhook wall': refused } = await notify(round(event('x')));
    assert.equal(down?.error, `POST 127.0.0.1:${bell.port} giving up after 1 attempt(s)`);
    assert.deepEqual(refused?.refused, [{ seq: 1, error: 'bad request' }]);
    assert.ok(logged.includes('error sending event to webhook: bad request'));
    assert.doesNotMatch(JSON.stringify([down, refused, logged]), /secret/);
  });
});

describe('what holds for all Canaries', () => {
  test('is sent for those without recipients of their own', async (t) => {
    const all = await receiver(t, (response) => response.end());
    const teams = await receiver(t, (response) => response.writeHead(202).end());
    const { tell: notify } = await open(
      t,
      {},
      {
        clusterName: 'blue',
        notifications: {
          cloudEvents: undefined,
          eventWebhook: `${all.url}/events`,
          notifier: {
            type: 'msteams',
            address: `${teams.url}/flow`,
            token: undefined,
            proxy: undefined,
            channel: '',
            username: 'flagger',
          },
        },
      },
    );
    const results = await notify(round(event('one'), alert('info', 'two')));
    assert.deepEqual(Object.keys(results).sort(), ['event webhook', 'msteams']);
    assert.deepEqual([all.received.length, teams.received.length], [1, 1]);
    assert.match(teams.received[0]?.body ?? '', /"facts":\[\{"title":"Cluster","value":"blue"\}\]/);
  });

  test('is not told of those that do', async (t) => {
    const all = await receiver(t, (response) => response.end());
    const own = await receiver(t, (response) => response.end());
    const notifier = { type: 'slack', token: undefined, proxy: undefined, channel: 'c', username: 'u' } as const;
    const { tell: notify, put } = await open(
      t,
      { alerts: [entry('own', 'error')], webhooks: [hook('own', own.url)] },
      { notifications: { eventWebhook: all.url, cloudEvents: undefined, notifier: { ...notifier, address: all.url } } },
    );
    await put('AlertProvider', 'own', { spec: { type: 'webhook', address: own.url } });
    await notify(round(event('one'), alert('info', 'below'), alert('error', 'two')));
    assert.deepEqual([all.received.length, own.received.length], [0, 2]);
  });
});

describe('what annotations of a Canary ask for', () => {
  test('CloudEvents go where it says, events and milestones alike', async (t) => {
    const sink = await receiver(t, (response) => response.writeHead(202).end());
    const { tell: notify } = await open(t, {}, {}, { 'serinus.dev/cloudevents': sink.url });
    assert.deepEqual(await notify(round(event('one'), alert('info', 'two'), over)), {
      CloudEvents: { to: 'CloudEvents', through: 3, refused: [] },
    });
    const bodies = sink.received.map(({ body }) => JSON.parse(body) as { type: string; id: string });
    assert.deepEqual(
      bodies.map(({ type }) => type),
      ['dev.serinus.canary.event', 'dev.serinus.release.failed'],
    );
    for (const [index, { headers }] of sink.received.entries()) {
      assert.equal(headers['content-type'], 'application/cloudevents+json; charset=utf-8');
      assert.equal(headers['idempotency-key'], bodies[index]?.id);
    }
  });

  const FORGE = {
    'serinus.dev/commit-status': 'github',
    'serinus.dev/commit-repository': 'acme/podinfo',
    'serinus.dev/commit-secret': 'forge',
  };
  const target = (namespace: string, commit: string): KubeObject => {
    const object = deployment(namespace, 'podinfo', 'lab/http-echo:1');
    return { ...object, metadata: { ...object.metadata, annotations: { 'serinus.dev/commit': commit } } };
  };

  test('a commit shows how its release stands; the token comes from the Secret and is never shown', async (t) => {
    const forge = await receiver(t, (response) => response.writeHead(201).end());
    const { tell: notify, put, client, namespace, logged } = await open(t, {}, {}, FORGE);
    await client.create(DEPLOYMENTS, target(namespace, 'c0ffee0'));
    await put('Secret', 'forge', { stringData: { token: 't0ken', address: forge.url } });
    const results = await notify(round(event('one'), alert('error', 'Failed checks threshold reached 2')));
    assert.deepEqual(results, { 'commit status': { to: 'commit status', through: 2, refused: [] } });
    const [request] = forge.received;
    assert.equal(request?.url, '/repos/acme/podinfo/statuses/c0ffee0');
    assert.equal(request?.headers.authorization, 'Bearer t0ken');
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      state: 'failure',
      context: `serinus/default/${namespace}/podinfo`,
      description: 'Failed checks threshold reached 2',
    });
    assert.doesNotMatch(JSON.stringify([results, logged]), /t0ken/);
  });

  test('what is missing is said, and nothing is tried again', async (t) => {
    const { tell: notify, client, namespace } = await open(t, {}, {}, FORGE);
    await client.create(DEPLOYMENTS, target(namespace, 'latest'));
    const { 'commit status': results } = await notify(round(alert('info', 'x')));
    assert.deepEqual(results?.refused, [
      { seq: 1, error: 'annotation serinus.dev/commit of the target is "latest": use the commit’s full hash' },
    ]);
  });
});

test('of a Canary that is gone nobody can be notified, and that is reported', async (t) => {
  const { tell: notify, client, namespace } = await open(t, { webhooks: [hook('bell', 'http://127.0.0.1:1/')] });
  await client.delete(CANARIES, namespace, 'podinfo');
  const deadline = Date.now() + 10_000;
  for (;;) {
    const results = await notify(round(event('x')));
    if (results['everybody']) {
      assert.deepEqual(results['everybody'].refused, [
        { seq: 1, error: 'the Canary is gone, and with it who listened' },
      ]);
      return;
    }
    assert.ok(Date.now() < deadline, 'the cache learns that it is gone');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});
