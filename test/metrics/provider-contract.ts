import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { UserError } from '../../src/errors.js';
import { NoValuesFound, ProviderError, QueryRefused } from '../../src/metrics/errors.js';
import type { MetricsProvider } from '../../src/metrics/port.js';
import { selfSigned } from '../harness/http/self-signed.js';
import {
  closedAddress,
  never,
  reply,
  serve,
  serveVendor,
  type Answer,
  type Asked,
  type Conversation,
} from '../harness/http/server.js';

export type { Answer } from '../harness/http/server.js';

/** What the provider's server has to say, in general terms. */
export type Scenario =
  /** One series, the oldest point first. */
  | { readonly is: 'values'; readonly values: readonly number[] }
  | { readonly is: 'empty' | 'not a number' | 'server error' | 'bad query' };

/** What a provider is made of. */
export interface Given {
  readonly address: string | undefined;
  /** As a Secret's entries; undefined where the template names no Secret. */
  readonly credentials: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs: number;
  readonly insecureSkipVerify: boolean;
}

/** Parts of the contract that can't be put to a provider. */
export type Exemption =
  'NaN' | 'address' | 'credentials' | 'insecureSkipVerify' | 'online by probe' | 'a server that fails is not online';

/** A provider, and how its real server behaves by the vendor's documentation. */
export interface ContractSubject {
  readonly name: string;
  readonly credentials: Readonly<Record<string, string>>;
  /** What no message may tell, by its first four letters, which mustn't occur in any honest answer. */
  readonly secrets: readonly string[];
  readonly query: string;
  /** One with characters that mean something in a URL, in JSON or in a header. */
  readonly awkwardQuery: string;
  create(given: Given): MetricsProvider;
  /** How the server puts it into words. */
  answer(scenario: Scenario, asked: Asked): Answer | Conversation;
  /** Words of a complaint about a bad query that the user gets to see. */
  readonly complaint: string;
  /** How the server answers the probe of `checkOnline` when all is well. */
  online(asked: Asked): Answer;
  /** The query as the server understands it; undefined for requests that don't put it. */
  queryIn(asked: Asked): unknown;
  /** Whether a request carries `credentials`. */
  isAuthorized(asked: Asked): boolean;
  readonly unauthorized: Answer;
  /** A body of status 200 that no server of this kind sends. */
  readonly nonsense: string;
  /** What the points 3, 5 and 7, from the oldest to the newest, come to. */
  readonly ofSeveral: number | 'refused';
  /** Headers that are another one each time: ids and times of requests, and what is made of those. */
  readonly volatileHeaders?: readonly string[];
  /** What is to be said where the template has no address; undefined where there is one by default. */
  readonly withoutAddress?: RegExp;
  /** Each with the reason. */
  readonly exempt?: Readonly<Partial<Record<Exemption, string>>>;
}

const PATIENT_MS = 5_000;
const IMPATIENT_MS = 80;
/** Made anew for each connection, and no part of the question. */
const OF_CONNECTIONS = ['sec-websocket-key'];

/** What any metrics provider must do, see its port. */
export function testProviderContract(subject: ContractSubject): void {
  const open = (address: string | undefined, more: Partial<Given> = {}) =>
    subject.create({
      address,
      credentials: subject.credentials,
      timeoutMs: PATIENT_MS,
      insecureSkipVerify: false,
      ...more,
    });

  const answering = async (t: TestContext, behave: (asked: Asked) => Answer | Conversation) => {
    const server = await serveVendor(t, behave);
    return { server, provider: open(server.url) };
  };

  const saying = (t: TestContext, scenario: Scenario) => answering(t, (asked) => subject.answer(scenario, asked));

  /** Sends back everything that it was sent, as some proxies do when they complain. */
  const echoing = (status: number) => (request: IncomingMessage, response: ServerResponse) => {
    const { url, headers, rawHeaders } = request;
    const { secrets, credentials } = subject;
    reply(response, { status, body: JSON.stringify({ url, headers, rawHeaders, secrets, ...credentials }) });
  };

  const withoutSecrets = (error: Error, secrets = subject.secrets) => {
    const text = `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}`;
    for (const secret of secrets) {
      assert.ok(!text.includes(secret.slice(0, 4)), `a secret is in: ${text}`);
      assert.ok(!text.includes(Buffer.from(secret).toString('base64').slice(0, 4)), `a secret is in: ${text}`);
    }
  };

  const unless = (exemption: Exemption) => {
    const reason = subject.exempt?.[exemption];
    return reason === undefined ? {} : { skip: reason };
  };

  describe(`${subject.name}: the contract of metrics providers`, () => {
    for (const value of [0, 1, -3.25, 99.9999, 1e21]) {
      test(`the value ${value}`, async (t) => {
        const { provider } = await saying(t, { is: 'values', values: [value] });
        assert.equal(await provider.query(subject.query, never), value);
      });
    }

    test(`of several points: ${subject.ofSeveral}`, async (t) => {
      const { provider } = await saying(t, { is: 'values', values: [3, 5, 7] });
      const asked = provider.query(subject.query, never);
      if (subject.ofSeveral === 'refused') await assert.rejects(asked, QueryRefused);
      else assert.equal(await asked, subject.ofSeveral);
    });

    for (const [is, exemption] of [
      ['empty', undefined],
      ['not a number', 'NaN'],
    ] as const) {
      test(`${is}: no values found`, exemption ? unless(exemption) : {}, async (t) => {
        const { provider } = await saying(t, { is });
        await assert.rejects(provider.query(subject.query, never), (error) => {
          assert.ok(error instanceof NoValuesFound, String(error));
          assert.equal(error.message, 'no values found');
          return true;
        });
      });
    }

    test('a server error in the vendor’s words is the provider’s', async (t) => {
      const { provider } = await saying(t, { is: 'server error' });
      await assert.rejects(provider.query(subject.query, never), ProviderError);
    });

    for (const status of [401, 403, 429, 500, 502, 503, 504]) {
      test(`status ${status} is the provider’s, and is reported`, async (t) => {
        const { provider } = await answering(t, () => ({ status, body: 'not now' }));
        await assert.rejects(provider.query(subject.query, never), (error: Error) => {
          assert.ok(error instanceof ProviderError, String(error));
          assert.match(error.message, new RegExp(`${status}|not now`));
          return true;
        });
      });
    }

    test('a bad query is the user’s, and the server’s words are reported', async (t) => {
      const { provider } = await saying(t, { is: 'bad query' });
      await assert.rejects(provider.query(subject.query, never), (error) => {
        assert.ok(error instanceof QueryRefused, String(error));
        assert.ok(error.message.includes(subject.complaint), error.message);
        return true;
      });
    });

    test('a query arrives as it was written', async (t) => {
      const { server, provider } = await saying(t, { is: 'values', values: [1] });
      await provider.query(subject.query, never);
      await provider.query(subject.awkwardQuery, never);
      const [plain, awkward] = server.asked
        .map((asked) => subject.queryIn(asked))
        .filter((query) => query !== undefined);
      assert.deepEqual(plain, queryOf(subject.query));
      assert.deepEqual(awkward, queryOf(subject.awkwardQuery));
    });

    test('an endless complaint is cut', async (t) => {
      const { provider } = await answering(t, () => ({ status: 500, body: 'boom '.repeat(100_000) }));
      await assert.rejects(provider.query(subject.query, never), (error: Error) => {
        assert.ok(error instanceof ProviderError);
        assert.ok(error.message.length < 1_000);
        return true;
      });
    });

    for (const body of [subject.nonsense, '{"half": ', '', '[]', 'null', '{"status":"success"}']) {
      test(`no such server says ${JSON.stringify(body.slice(0, 20))}`, async (t) => {
        const { provider } = await answering(t, () => ({ status: 200, body }));
        await assert.rejects(provider.query(subject.query, never), (error) => {
          // Nothing at all is a valid answer of some.
          if (body !== subject.nonsense && error instanceof NoValuesFound) return true;
          assert.ok(error instanceof ProviderError, String(error));
          return true;
        });
      });
    }

    test('credentials are sent, and wrong ones are the provider’s', unless('credentials'), async (t) => {
      const server = await serveVendor(t, (asked) =>
        subject.isAuthorized(asked) ? subject.answer({ is: 'values', values: [7] }, asked) : subject.unauthorized,
      );
      assert.equal(await open(server.url).query(subject.query, never), 7);
      const wrong = Object.fromEntries(Object.keys(subject.credentials).map((key) => [key, 'Wr0ng-Credential']));
      const asked = Promise.resolve().then(() => open(server.url, { credentials: wrong }).query(subject.query, never));
      await assert.rejects(asked, (error: Error) => {
        assert.ok(error instanceof ProviderError || error instanceof UserError, String(error));
        withoutSecrets(error, Object.values(wrong));
        return true;
      });
    });

    for (const status of [200, 400, 401, 403, 500, 503]) {
      test(`no secret is reported, though the server repeats it with status ${status}`, async (t) => {
        const server = await serve(t, echoing(status));
        await assert.rejects(open(server.url).query(subject.query, never), (error: Error) => {
          withoutSecrets(error);
          return true;
        });
        await open(server.url)
          .checkOnline(never)
          .catch((error: Error) => withoutSecrets(error));
      });
    }

    test('a closed port is the provider’s, and no secret is reported', async () => {
      const provider = open(await closedAddress());
      await assert.rejects(provider.query(subject.query, never), (error: Error) => {
        assert.ok(error instanceof ProviderError, String(error));
        assert.match(error.message, /ECONNREFUSED/);
        withoutSecrets(error);
        return true;
      });
    });

    test('a connection that breaks is the provider’s', async (t) => {
      const server = await serve(t, (request) => request.socket.destroy());
      await assert.rejects(open(server.url).query(subject.query, never), ProviderError);
    });

    const silences: readonly (readonly [string, (response: ServerResponse) => void])[] = [
      ['no answer', () => undefined],
      ['half an answer', (response) => response.writeHead(200).write('{')],
    ];
    for (const [what, silence] of silences) {
      test(`${what} within the time limit is the provider’s`, async (t) => {
        const server = await serve(t, (_, response) => silence(response));
        const provider = open(server.url, { timeoutMs: IMPATIENT_MS });
        await assert.rejects(provider.query(subject.query, never), (error: Error) => {
          assert.ok(error instanceof ProviderError);
          assert.match(error.message, /within 80ms/);
          withoutSecrets(error);
          return true;
        });
      });

      test(`${what}: an aborted signal ends the wait with its reason`, async (t) => {
        const server = await serve(t, (_, response) => silence(response));
        const controller = new AbortController();
        const asked = open(server.url).query(subject.query, controller.signal);
        const rejected = assert.rejects(asked, (reason) => reason === controller.signal.reason);
        while (server.requests.length === 0) await Promise.race([after(1), rejected]);
        controller.abort(new Error('enough'));
        await rejected;
      });
    }

    test('a signal that is aborted already keeps the request from being sent', async (t) => {
      const { server, provider } = await saying(t, { is: 'values', values: [1] });
      const signal = AbortSignal.abort(new Error('too late'));
      await assert.rejects(provider.query(subject.query, signal), (reason) => reason === signal.reason);
      await assert.rejects(provider.checkOnline(signal), (reason) => reason === signal.reason);
      assert.equal(server.asked.length, 0);
    });

    test('no listener stays on the signal', async (t) => {
      const { provider } = await saying(t, { is: 'values', values: [1] });
      const { signal } = new AbortController();
      const counted = countListeners(signal);
      await provider.query(subject.query, signal);
      assert.equal(counted(), 0);
    });

    test('the same question is the same request, however often and at once it is asked', async (t) => {
      const { server, provider } = await saying(t, { is: 'values', values: [1] });
      const seen = () =>
        server.asked.map((asked) =>
          JSON.stringify([asked.method, asked.url, lastingHeaders(asked, subject.volatileHeaders)]),
        );
      await provider.query(subject.query, never);
      const once = seen();
      await Promise.all([provider.query(subject.query, never), provider.query(subject.query, never)]);
      await provider.query(subject.query, never);
      assert.equal(seen().length, 4 * once.length);
      assert.equal(new Set(seen()).size, new Set(once).size, seen().join('\n'));
    });

    test('it is online where its probe is answered, and only there', unless('online by probe'), async (t) => {
      const { server, provider } = await answering(t, (asked) => subject.online(asked));
      await provider.checkOnline(never);
      assert.ok(server.asked.length > 0);
      await assert.rejects(open(await closedAddress()).checkOnline(never), ProviderError);
    });

    for (const { status, body } of [
      { status: 503, body: 'down' },
      subject.unauthorized,
      { status: 200, body: subject.nonsense },
    ]) {
      test(`it is not online with status ${status} ${body.slice(0, 20)}`, unless('online by probe'), async (t) => {
        const { provider } = await answering(t, () => ({ status, body }));
        await assert.rejects(provider.checkOnline(never), ProviderError);
      });
    }

    test('a certificate that nobody vouches for, where it may be skipped', unless('insecureSkipVerify'), async (t) => {
      const behave = (asked: Asked) => subject.answer({ is: 'values', values: [5] }, asked);
      const { url } = await serveVendor(t, behave, selfSigned('127.0.0.1'));
      assert.equal(await open(url, { insecureSkipVerify: true }).query(subject.query, never), 5);
      await assert.rejects(open(url).query(subject.query, never), (error: Error) => {
        assert.ok(error instanceof ProviderError);
        assert.match(error.message, /self-signed certificate/);
        return true;
      });
    });

    const { withoutAddress } = subject;
    test('without an address', unless('address'), () => {
      if (withoutAddress === undefined) {
        assert.doesNotThrow(() => open(undefined));
        return;
      }
      for (const address of [undefined, '', 'half:9090', 'ftp://x']) {
        assert.throws(
          () => open(address),
          (error: Error) => {
            assert.ok(error instanceof UserError);
            assert.match(error.message, withoutAddress);
            return true;
          },
        );
      }
    });
  });
}

function lastingHeaders({ rawHeaders }: Asked, volatile: readonly string[] = []): readonly string[] {
  return rawHeaders.filter((_, index) => {
    const name = rawHeaders[index - (index % 2)] ?? '';
    return ![...OF_CONNECTIONS, ...volatile].includes(name.toLowerCase());
  });
}

/** As `queryIn` tells it: JSON is compared by what it says. */
function queryOf(query: string): unknown {
  try {
    return JSON.parse(query) as unknown;
  } catch {
    return query;
  }
}

function countListeners(signal: AbortSignal): () => number {
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--;
    remove(...args);
  };
  return () => count;
}
