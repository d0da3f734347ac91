import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { connectLab } from '../../lab/lab.js';
import { PLANES } from '../../lab/planes/planes.js';
import { ALL_TO_CANARY, ALL_TO_PRIMARY, canaryAt, EVERYBODY_TO_CANARY, MIRRORED } from '../../src/domain/weights.js';
import { until } from '../harness/until.js';
import { tolerance } from './binomial.js';
import { PLANE_CASES } from './cases.js';
import { note } from './figures.js';
import { served } from './served.js';
import { NEW, OLD, Shop } from './shop.js';

// What the objects that Serinus makes mean to users, on data planes that nobody here wrote: real requests to real pods.

const REQUESTS = 1_500;
const PATIENCE_MS = 60_000;

/** The canary's answers to so many requests, with the share that it shall have. */
async function answersOf(shop: Shop, requests: number): Promise<number> {
  const replies = await shop.client.askTimes(requests);
  const strange = replies.filter(({ version }) => version !== OLD && version !== NEW);
  assert.deepEqual(strange, []);
  return replies.filter(({ version }) => version === NEW).length;
}

// What a provider can't express by its objects is left out: `abilities` says so, and docs/routers.md shows it.
for (const plane of PLANE_CASES) {
  const { provider, abilities } = plane;
  suite(`${provider} on a real data plane`, () => {
    test('divides requests by weight', async (t) => {
      const shop = await Shop.open(t, plane);
      const seen: string[] = [];
      for (const weight of [1, 10, 33, 50, 99]) {
        await shop.divide(canaryAt(weight));
        let [answers, requests] = [await answersOf(shop, REQUESTS), REQUESTS];
        const isOff = () => Math.abs(answers - (requests * weight) / 100) > tolerance(requests, weight);
        // One in a thousand is off by chance: twice as many requests again tell chance from fault.
        if (isOff()) [answers, requests] = [await answersOf(shop, 2 * REQUESTS), 2 * REQUESTS];
        assert.ok(!isOff(), `at weight ${weight} the canary answered ${answers} of ${requests}`);
        seen.push(`${weight}: ${((100 * answers) / requests).toFixed(1)}`);
      }
      for (const weights of [ALL_TO_CANARY, ALL_TO_PRIMARY]) {
        await shop.divide(weights);
        assert.equal(await answersOf(shop, 300), 3 * weights.canary);
      }
      note(provider, 'weights', `${seen.join(', ')} %`);
    });

    test(
      'shows the canary to an audience, and to nobody else',
      { skip: !abilities.audiences && 'its objects can’t name an audience' },
      async (t) => {
        const match = [
          { headers: { 'x-user': { exact: 'insider' } } },
          { headers: { cookie: { regex: '^(.*?;)?\\s*(beta=yes)\\s*(;.*)?$' } } },
          ...(abilities.query ? [{ queryParams: { beta: { exact: '1' } } }] : []),
        ];
        const shop = await Shop.open(t, plane, {
          analysis: { stepWeight: null, maxWeight: null, iterations: 3, match },
        });
        const { client } = shop;
        const before = client.asked;
        await shop.divide(ALL_TO_CANARY);
        const insider = { 'x-user': 'insider' };
        const tester = { cookie: 'a=b; beta=yes' };
        assert.deepEqual(await client.versions(200, '/', insider), [NEW]);
        assert.deepEqual(await client.versions(200, '/', tester), [NEW]);
        if (abilities.query) assert.deepEqual(await client.versions(200, '/?a=b&beta=1'), [NEW]);
        const others: readonly Readonly<Record<string, string>>[] = [
          {},
          { 'x-user': 'insiders' },
          { cookie: 'beta=no' },
        ];
        for (const headers of others) {
          assert.deepEqual(await client.versions(100, '/?beta=2', headers), [OLD]);
        }
        await shop.divide(EVERYBODY_TO_CANARY);
        assert.deepEqual(await client.versions(100), [NEW]);
        await shop.divide(ALL_TO_PRIMARY);
        assert.deepEqual(await client.versions(100, '/', insider), [OLD]);
        const right = (client.asked - before).toLocaleString('en');
        note(provider, 'A/B', `header, cookie${abilities.query ? ', query' : ''}: ${right} of ${right} right`);
      },
    );

    test(
      'sends copies, whose answers reach nobody',
      { skip: !abilities.mirror && 'its objects can’t send copies' },
      async (t) => {
        const analysis = { stepWeight: null, maxWeight: null, iterations: 3, mirror: true };
        const shop = await Shop.open(t, plane, { analysis });
        const { namespace } = shop.bench;
        const before = await served(shop.lab, namespace, 'cart-canary');
        await shop.divide(MIRRORED);
        assert.deepEqual(await shop.client.versions(300), [OLD]);
        const copies = async () => (await served(shop.lab, namespace, 'cart-canary')) - before;
        await until(async () => (await copies()) >= 300, '300 copies');
        assert.equal(await copies(), 300);
        await shop.divide(ALL_TO_PRIMARY);
        const at = await copies();
        await shop.client.askTimes(100);
        assert.equal(await copies(), at, 'no copies any more');
        note(provider, 'copies', `${at} of 300`);
      },
    );

    test(
      'keeps clients at the version they have met',
      { skip: !abilities.sessions && 'its objects can’t keep a session' },
      async (t) => {
        const sessionAffinity = { cookieName: 'cv', primaryCookieName: 'pv' };
        const shop = await Shop.open(t, plane, { analysis: { sessionAffinity } });
        const { client } = shop;
        await shop.divide(canaryAt(50));
        const met = async (version: string): Promise<string> => {
          for (let tries = 0; tries < 200; tries++) {
            const { version: answered, cookies } = await client.ask();
            if (answered === version) return cookies[0]?.split(';')[0] ?? '';
          }
          throw new Error(`nobody has met ${version}`);
        };
        const [canaryClient, primaryClient] = [{ cookie: await met(NEW) }, { cookie: await met(OLD) }];
        for (const weight of [50, 10, 1, 99]) {
          await shop.divide(canaryAt(weight));
          assert.deepEqual(await client.versions(150, '/', canaryClient), [NEW], `at weight ${weight}`);
          assert.deepEqual(await client.versions(150, '/', primaryClient), [OLD], `at weight ${weight}`);
        }
        await shop.divide(ALL_TO_PRIMARY);
        const { version, cookies } = await client.ask('/', canaryClient);
        assert.equal(version, OLD);
        if (plane.takesCookiesAway) assert.match(cookies.join(), /Max-Age=-1/, 'at the end the cookie is taken away');
        note(provider, 'sessions', '1,200 of 1,200 stayed');
      },
    );

    test('is made right where somebody edits or deletes the route', async (t) => {
      const shop = await Shop.open(t, plane);
      const { client, bench } = shop;
      await shop.divide(canaryAt(50));
      const name = plane.route.name('cart');
      const spoiled = await bench.edit((object) =>
        object.kind === plane.route.type.kind && object.metadata.name === name ? plane.router.spoil(object) : object,
      );
      assert.deepEqual(spoiled, [`${plane.route.type.kind}/${name}`]);
      const bothAnswer = () =>
        until(
          async () => (await client.versions(40).catch(() => [])).join() === [NEW, OLD].join(),
          'both versions answer again',
          PATIENCE_MS,
        );
      const began = Date.now();
      await shop.reconcile(canaryAt(50));
      await bothAnswer();
      const edited = Date.now() - began;
      await bench.client.delete(plane.route.type, bench.namespace, name);
      const withoutIt = {
        primary: async () => (await client.versions(40)).join() === OLD,
        nobody: async () => (await client.ask()).status >= 400,
      };
      await until(withoutIt[plane.withoutRoute], 'the route is gone', PATIENCE_MS);
      const gone = Date.now();
      await shop.reconcile(canaryAt(50));
      await bothAnswer();
      note(
        provider,
        'route edited',
        `right again after ${seconds(edited)} (edited), ${seconds(Date.now() - gone)} (deleted)`,
      );
    });

    test('goes on as it was where the data plane dies and comes back', async (t) => {
      const shop = await Shop.open(t, plane);
      await shop.divide(canaryAt(33));
      const lab = await connectLab(shop.lab.directory);
      const carrier = lab.server(PLANES[plane.plane].carrier);
      await carrier.stop('SIGKILL');
      await assert.rejects(shop.client.ask(), 'nobody answers');
      const began = Date.now();
      await carrier.start();
      const answers200 = async (): Promise<boolean> => (await shop.client.ask().catch(() => undefined))?.status === 200;
      await until(answers200, 'it answers again', PATIENCE_MS);
      const took = Date.now() - began;
      const answers = await answersOf(shop, REQUESTS);
      assert.ok(Math.abs(answers - REQUESTS * 0.33) <= tolerance(REQUESTS, 33), `${answers} of ${REQUESTS}`);
      note(provider, 'restart', `weights kept; serves ${seconds(took)} after its start`);
    });
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
