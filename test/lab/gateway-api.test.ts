import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test, type TestContext } from 'node:test';
import axios from 'axios';
import { connectLab, type ConnectedLab } from '../../lab/lab.js';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, canaryAt, EVERYBODY_TO_CANARY, MIRRORED } from '../../src/domain/weights.js';
import type { Weights } from '../../src/domain/weights.js';
import { DEPLOYMENTS, ENDPOINT_SLICES, SERVICES, type KubeObject } from '../../src/kube/object.js';
import { openRouterBench, type RouterBench } from '../harness/kubernetes/router-bench.js';
import type { CanaryPart } from '../kubernetes/router-contract.js';
import { gatewayApiV1 } from '../kubernetes/routers/gatewayapi.js';
import { until } from '../harness/until.js';
import { echoDeployment, echoService } from '../harness/lab/echo.js';
import { claim } from '../harness/claim.js';

// What the routes that Serinus makes mean to the users: real requests, through a Gateway, to real pods.

test('requests are divided by weight, to the last of a hundred', async (t) => {
  const shop = await Shop.open(t);
  for (const weights of [ALL_TO_PRIMARY, canaryAt(30), ALL_TO_CANARY, canaryAt(1), ALL_TO_PRIMARY]) {
    await shop.divide(weights);
    const answers = await shop.askTimes(100);
    // The gateway's round robin is exact over a hundred requests.
    assert.equal(answers.filter((version) => version === 'new').length, weights.canary);
  }
});

test('an audience meets the canary, by header or by query, and nobody else does', async (t) => {
  const match = [
    { headers: { 'x-user': { exact: 'insider' } } },
    { headers: { cookie: { regex: '^(.*?;)?\\s*(beta=yes)\\s*(;.*)?$' }, 'user-agent': { prefix: 'Firefox' } } },
    { queryParams: { beta: { exact: '1' } } },
  ];
  const shop = await Shop.open(t, { analysis: { stepWeight: null, maxWeight: null, iterations: 3, match } });
  const insider = { 'x-user': 'insider' };
  const firefox = { cookie: 'a=b; beta=yes', 'user-agent': 'Firefox/1' };
  await shop.divide(ALL_TO_PRIMARY);
  assert.equal((await shop.ask('/', insider)).version, 'old');
  await shop.divide(ALL_TO_CANARY);
  assert.deepEqual([...new Set(await shop.askTimes(20, '/', insider))], ['new']);
  assert.equal((await shop.ask('/', firefox)).version, 'new');
  assert.equal((await shop.ask('/?a=b&beta=1')).version, 'new');
  const others: readonly Record<string, string>[] = [
    {},
    { 'x-user': 'insiders' },
    { cookie: 'beta=yes' },
    { ...firefox, cookie: 'beta=no' },
  ];
  for (const headers of others) assert.deepEqual([...new Set(await shop.askTimes(5, '/?beta=2', headers))], ['old']);
  await shop.divide(EVERYBODY_TO_CANARY);
  assert.deepEqual([...new Set(await shop.askTimes(10))], ['new'], 'where the primary can not serve, everybody does');
});

test('the canary gets copies, whose answers reach nobody', async (t) => {
  const analysis = { stepWeight: null, maxWeight: null, iterations: 3, mirror: true };
  const shop = await Shop.open(t, { analysis });
  await shop.divide(MIRRORED);
  assert.deepEqual([...new Set(await shop.askTimes(20))], ['old']);
  await until(async () => (await shop.served('cart-canary')) === 20, 'twenty copies');
  assert.equal(await shop.served('cart-primary'), 20);
  await shop.divide(ALL_TO_CANARY);
  assert.deepEqual([...new Set(await shop.askTimes(10))], ['new']);
  assert.equal(await shop.served('cart-canary'), 30, 'no copies of what it gets itself');
});

test('who has met the canary stays there, who has met the primary too; at the end the cookie is taken away', async (t) => {
  const shop = await Shop.open(t, { analysis: { sessionAffinity: { cookieName: 'cv', primaryCookieName: 'pv' } } });
  await shop.divide(ALL_TO_PRIMARY);
  assert.deepEqual((await shop.ask('/')).cookies, []);
  await shop.divide(canaryAt(50));
  const [cv, pv] = [await shop.cookieOf('new'), await shop.cookieOf('old')];
  assert.match(cv, /^cv=[A-Za-z]{10}; Max-Age=86400$/);
  assert.match(pv, /^pv=[A-Za-z]{10}; Max-Age=30$/);
  const [canaryClient, primaryClient] = [cv, pv].map((cookie) => ({ cookie: `a=b; ${cookie.split(';')[0]}` }));
  assert.deepEqual([...new Set(await shop.askTimes(20, '/', canaryClient))], ['new']);
  assert.deepEqual([...new Set(await shop.askTimes(20, '/', primaryClient))], ['old']);
  assert.deepEqual((await shop.ask('/', canaryClient)).cookies, [], 'it has one already');
  await shop.divide(canaryAt(1));
  assert.deepEqual([...new Set(await shop.askTimes(20, '/', canaryClient))], ['new'], 'however few others come');

  await shop.divide(ALL_TO_PRIMARY);
  assert.deepEqual(await shop.ask('/', canaryClient), { version: 'old', cookies: [cv.replace('86400', '-1')] });
  assert.deepEqual(await shop.ask('/'), { version: 'old', cookies: [] });
});

interface Reply {
  readonly version: string;
  readonly cookies: readonly string[];
}

/** A shop whose cart is served by two versions behind the lab's Gateway. */
class Shop {
  private seq = 0;

  private constructor(
    private readonly lab: ConnectedLab,
    private readonly bench: RouterBench,
    private readonly host: string,
  ) {}

  static async open(t: TestContext, part: CanaryPart = {}): Promise<Shop> {
    const lab = await connectLab(process.env['SERINUS_LAB'] ?? '');
    const host = `cart-${Math.random().toString(36).slice(2)}.example.com`;
    const service = { hosts: [host], gatewayRefs: [{ name: 'lab' }] };
    const bench = await openRouterBench(t, { ...gatewayApiV1, canary: { service } }, part);
    const { client, namespace } = bench;
    for (const [name, tag] of [
      ['cart-primary', 'old'],
      ['cart-canary', 'new'],
    ] as const) {
      await client.create(SERVICES, echoService(namespace, name));
      await client.create(DEPLOYMENTS, echoDeployment(namespace, name, tag, 1));
    }
    const isReady = (slice: KubeObject): boolean =>
      ((slice['endpoints'] ?? []) as { conditions: { ready?: boolean } }[]).some(({ conditions }) => conditions.ready);
    const bothReady = async (): Promise<boolean> =>
      (await client.list(ENDPOINT_SLICES, { namespace })).items.filter(isReady).length === 2;
    await until(bothReady, 'both versions serve', 30_000);
    return new Shop(lab, bench, host);
  }

  /** Resolves when the Gateway says that it has followed. */
  async divide(weights: Weights): Promise<void> {
    const { router, canary } = this.bench;
    await router.setWeights(canary, weights, claim(1, (this.seq += 1)));
    await until(async () => {
      await router.refresh(canary);
      return (await router.isSettled(canary)) === true;
    }, 'the Gateway has followed');
    assert.deepEqual({ ...(await router.weights(canary)), everybody: undefined }, { ...weights, everybody: undefined });
  }

  ask(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.lab.gatewayUrl);
      request(url, { agent: false, headers: { host: this.host, ...headers } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => {
          if (answer.statusCode !== 200) return reject(new Error(`status ${answer.statusCode}: ${text}`));
          const { version } = JSON.parse(text) as { version: string };
          resolve({ version, cookies: answer.headers['set-cookie'] ?? [] });
        });
      })
        .on('error', reject)
        .end();
    });
  }

  async askTimes(count: number, path = '/', headers: Record<string, string> = {}): Promise<readonly string[]> {
    const versions: string[] = [];
    for (let i = 0; i < count; i += 1) versions.push((await this.ask(path, headers)).version);
    return versions;
  }

  /** The cookie that a new client of this version is given. */
  async cookieOf(version: string): Promise<string> {
    for (let i = 0; i < 20; i += 1) {
      const reply = await this.ask('/');
      if (reply.version === version) return reply.cookies.join();
    }
    throw new Error(`nobody met ${version}`);
  }

  /** How many requests have got to the only pod of a Service. */
  async served(service: string): Promise<number> {
    const proxy = new URL(this.lab.proxyUrl);
    const { data } = await axios.get<{ served: number }>(`http://${service}.${this.bench.namespace}/served`, {
      proxy: { host: proxy.hostname, port: Number(proxy.port) },
    });
    return data.served;
  }
}
