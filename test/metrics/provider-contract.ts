import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { NoValuesFound, ProviderError, QueryRefused } from '../../src/metrics/errors.js';
import type { MetricsProvider } from '../../src/metrics/port.js';
import { closedAddress, never, serve } from './server.js';

/** What the provider's server has to say, in general terms. */
export type Scenario =
  | { readonly is: 'value'; readonly value: number }
  | { readonly is: 'empty' | 'not a number' | 'server error' | 'bad query' };

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A provider, and how its real server behaves. */
export interface ContractSubject {
  readonly name: string;
  /** As a Secret's entries. The first four letters of each mustn't occur in any honest answer. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly query: string;
  create(options: {
    readonly address: string;
    readonly credentials: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
  }): MetricsProvider;
  /** How the server puts it into words. */
  answer(scenario: Scenario): Answer;
  /** How the server answers the probe of `checkOnline` when all is well. */
  online(): Answer;
  /** Whether a request carries `credentials`. */
  isAuthorized(request: IncomingMessage): boolean;
  readonly unauthorized: Answer;
  /** A body of status 200 that no server of this kind sends. */
  readonly nonsense: string;
}

const PATIENT_MS = 5_000;
const IMPATIENT_MS = 80;

/** What any metrics provider must do, see its port. */
export function testProviderContract(subject: ContractSubject): void {
  const open = (address: string, timeoutMs = PATIENT_MS, credentials = subject.credentials) =>
    subject.create({ address, credentials, timeoutMs });

  const answering = async (t: TestContext, answer: Answer) => {
    const server = await serve(t, (_, response) => reply(response, answer));
    return { server, provider: open(server.url) };
  };

  /** Sends back everything that it was sent, as some proxies do when they complain. */
  const echoing = (status: number) => (request: IncomingMessage, response: ServerResponse) => {
    const { url, headers, rawHeaders } = request;
    reply(response, { status, body: JSON.stringify({ url, headers, rawHeaders, ...subject.credentials }) });
  };

  const withoutSecrets = (error: Error, credentials = subject.credentials) => {
    const text = `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}`;
    for (const secret of Object.values(credentials)) {
      assert.ok(!text.includes(secret.slice(0, 4)), `a secret is in: ${text}`);
      assert.ok(!text.includes(Buffer.from(secret).toString('base64').slice(0, 4)), `a secret is in: ${text}`);
    }
  };

  describe(`${subject.name}: the contract of metrics providers`, () => {
    for (const value of [0, 1, -3.25, 99.9999, 1e21]) {
      test(`the value ${value}`, async (t) => {
        const { provider } = await answering(t, subject.answer({ is: 'value', value }));
        assert.equal(await provider.query(subject.query, never), value);
      });
    }

    for (const is of ['empty', 'not a number'] as const) {
      test(`${is}: no values found`, async (t) => {
        const { provider } = await answering(t, subject.answer({ is }));
        await assert.rejects(provider.query(subject.query, never), (error) => {
          assert.ok(error instanceof NoValuesFound);
          assert.equal(error.message, 'no values found');
          return true;
        });
      });
    }

    test('a server error is the provider’s', async (t) => {
      const answer = subject.answer({ is: 'server error' });
      const { provider } = await answering(t, answer);
      await assert.rejects(provider.query(subject.query, never), (error) => {
        assert.ok(error instanceof ProviderError);
        assert.match(error.message, new RegExp(String(answer.status)));
        return true;
      });
    });

    test('a bad query is the user’s, and the server’s words are told', async (t) => {
      const answer = subject.answer({ is: 'bad query' });
      const { provider } = await answering(t, answer);
      await assert.rejects(provider.query(subject.query, never), (error) => {
        assert.ok(error instanceof QueryRefused);
        assert.ok(error.message.includes(answer.body.slice(0, 40)), error.message);
        return true;
      });
    });

    test('an endless complaint is cut', async (t) => {
      const { provider } = await answering(t, { status: 500, body: 'boom '.repeat(100_000) });
      await assert.rejects(provider.query(subject.query, never), (error: Error) => {
        assert.ok(error instanceof ProviderError);
        assert.ok(error.message.length < 1_000);
        return true;
      });
    });

    test('what no such server says is the provider’s', async (t) => {
      const { provider } = await answering(t, { status: 200, body: subject.nonsense });
      await assert.rejects(provider.query(subject.query, never), ProviderError);
    });

    test('credentials are sent, and wrong ones are the provider’s', async (t) => {
      const server = await serve(t, (request, response) =>
        reply(
          response,
          subject.isAuthorized(request) ? subject.answer({ is: 'value', value: 7 }) : subject.unauthorized,
        ),
      );
      assert.equal(await open(server.url).query(subject.query, never), 7);
      const wrong = Object.fromEntries(Object.keys(subject.credentials).map((key) => [key, 'Wr0ng-Credential']));
      await assert.rejects(open(server.url, PATIENT_MS, wrong).query(subject.query, never), (error: Error) => {
        assert.ok(error instanceof ProviderError);
        withoutSecrets(error, wrong);
        return true;
      });
    });

    for (const status of [200, 400, 401, 403, 500, 503]) {
      test(`no secret is told, though the server repeats it with status ${status}`, async (t) => {
        const server = await serve(t, echoing(status));
        for (const ask of [open(server.url).query(subject.query, never), open(server.url).checkOnline(never)]) {
          await assert.rejects(ask, (error: Error) => {
            withoutSecrets(error);
            return true;
          });
        }
      });
    }

    test('a closed port is the provider’s, and no secret is told', async () => {
      const provider = open(await closedAddress());
      await assert.rejects(provider.query(subject.query, never), (error: Error) => {
        assert.ok(error instanceof ProviderError);
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
        await assert.rejects(open(server.url, IMPATIENT_MS).query(subject.query, never), (error: Error) => {
          assert.ok(error instanceof ProviderError);
          assert.match(error.message, /within 80ms/);
          return true;
        });
      });

      test(`${what}: an aborted signal ends the wait with its reason`, async (t) => {
        const server = await serve(t, (_, response) => silence(response));
        const controller = new AbortController();
        const asked = open(server.url).query(subject.query, controller.signal);
        const rejected = assert.rejects(asked, (reason) => reason === controller.signal.reason);
        while (server.requests.length === 0) await after(1);
        controller.abort(new Error('enough'));
        await rejected;
      });
    }

    test('a signal that is aborted already keeps the request from being sent', async (t) => {
      const { server, provider } = await answering(t, subject.answer({ is: 'value', value: 1 }));
      const signal = AbortSignal.abort(new Error('too late'));
      await assert.rejects(provider.query(subject.query, signal), (reason) => reason === signal.reason);
      await assert.rejects(provider.checkOnline(signal), (reason) => reason === signal.reason);
      assert.equal(server.requests.length, 0);
    });

    test('no listener stays on the signal', async (t) => {
      const { provider } = await answering(t, subject.answer({ is: 'value', value: 1 }));
      const { signal } = new AbortController();
      const counted = countListeners(signal);
      await provider.query(subject.query, signal);
      assert.equal(counted(), 0);
    });

    test('the same question is the same request, however often and at once it is asked', async (t) => {
      const { server, provider } = await answering(t, subject.answer({ is: 'value', value: 1 }));
      await provider.query(subject.query, never);
      await Promise.all([provider.query(subject.query, never), provider.query(subject.query, never)]);
      await provider.query(subject.query, never);
      const seen = server.requests.map(({ method, rawHeaders }) => JSON.stringify([method, rawHeaders]));
      assert.equal(seen.length, 4);
      assert.equal(new Set(seen).size, 1, seen.join('\n'));
    });

    test('it is online where its probe is answered, and only there', async (t) => {
      const { provider } = await answering(t, subject.online());
      await provider.checkOnline(never);
      const failing = await answering(t, subject.answer({ is: 'server error' }));
      await assert.rejects(failing.provider.checkOnline(never), ProviderError);
      await assert.rejects(open(await closedAddress()).checkOnline(never), ProviderError);
    });
  });
}

export function reply(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
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
