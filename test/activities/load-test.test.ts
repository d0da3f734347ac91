import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { ActivityCancellationDetails, ApplicationFailure } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Dependencies } from '../../src/dependencies.js';
import { createActivities } from '../../src/activities/index.js';
import type { LoadProgress } from '../../src/activities/load-test.js';
import type { LoadReport } from '../../src/loadtest/generate.js';
import { ProcessMeters } from '../../src/meters/process.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';
import { until } from '../harness/until.js';

const CANARY = { cluster: 'c', namespace: 'shop', name: 'cart' };
const HOOK = 'load-test';

/** A service of which every fourth answer is a failure. */
async function service(t: TestContext): Promise<{ readonly url: string; readonly count: () => number }> {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(requests % 4 === 0 ? 500 : 200).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, count: () => requests };
}

/** The activities of a cluster in which there is one Canary, whose rollout webhook has this command. */
function activitiesWith(cmd: string): ReturnType<typeof createActivities> {
  const canary = {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { ...CANARY, uid: 'u', generation: 1, annotations: { 'serinus.dev/load-test': 'native' } },
    spec: {
      provider: 'kubernetes',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' },
      service: { port: 80 },
      analysis: {
        interval: '10s',
        threshold: 1,
        iterations: 1,
        webhooks: [{ name: HOOK, type: 'rollout', url: 'http://load-tester/', metadata: { cmd } }],
      },
    },
  };
  const deps = {
    settings: DEFAULT_SETTINGS,
    cache: { get: () => Promise.resolve(canary) },
    leases: { view: () => Promise.resolve(undefined) },
    meters: new ProcessMeters(),
    now: Date.now,
  };
  return createActivities(deps as unknown as Dependencies, {} as Client);
}

/** One attempt, as a worker would run it. */
class Attempt {
  readonly beats: (LoadProgress | undefined)[] = [];
  private readonly environment: MockActivityEnvironment;

  constructor(
    private readonly cmd: string,
    former?: unknown,
  ) {
    const info = { attempt: former === undefined ? 1 : 2, heartbeatDetails: former };
    this.environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
    this.environment.on('heartbeat', (details: LoadProgress | undefined) => this.beats.push(details));
  }

  get last(): LoadProgress | undefined {
    return this.beats.at(-1);
  }

  async run(hook = HOOK): Promise<LoadReport> {
    const { loadTest } = activitiesWith(this.cmd);
    const result: unknown = await this.environment.run<[], unknown, () => Promise<unknown>>(() =>
      loadTest({ canary: CANARY, hook }),
    );
    return result as LoadReport;
  }

  /** The workflow wants it to end. */
  cancel(): void {
    this.environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
  }

  /** Only this worker ends. */
  stopWorker(): void {
    this.environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
  }
}

test('a load test of a webhook shows requests, rate, codes and latencies', async (t) => {
  const { url, count } = await service(t);
  const result = await new Attempt(`hey -n 80 -c 4 -q 50 ${url}`).run();
  assert.equal(count(), 80);
  assert.deepEqual([result.name, result.requests, result.failed], [HOOK, 80, 20]);
  assert.deepEqual(result.codes, { 200: 60, 500: 20 });
  assert.ok(result.seconds > 0.3 && result.seconds < 3, `${result.seconds} s`);
  // Seconds are told to the hundredth.
  assert.ok(Math.abs(result.requestsPerSecond * result.seconds - 80) < 2, JSON.stringify(result));
  assert.ok(result.p50 > 0 && result.p50 <= result.p99 && result.p99 <= result.max, JSON.stringify(result));
});

test('it reports its progress once a second, and no heartbeat in between erases it', async (t) => {
  const { url } = await service(t);
  const attempt = new Attempt(`hey -z 3500ms -c 2 -q 20 ${url}`);
  const result = await attempt.run();
  const reported = attempt.beats.slice(attempt.beats.findIndex((beat) => beat !== undefined));
  assert.ok(reported.length >= 3, `${reported.length} beats`);
  const requests = reported.map((beat) => beat?.soFar.requests);
  assert.ok(!requests.includes(undefined), 'a beat without progress takes it away from the next attempt');
  assert.deepEqual(
    requests,
    [...requests].sort((a = 0, b = 0) => a - b),
  );
  assert.ok((reported[0]?.soFar.requests ?? 0) > 20 && (reported[0]?.soFar.requests ?? 0) < result.requests);
});

test('a cancel ends it at once, and what was found by then is its result', async (t) => {
  const { url, count } = await service(t);
  const attempt = new Attempt(`hey -z 10m -c 2 -q 20 ${url}`);
  const running = attempt.run();
  await until(() => count() > 20, 'requests');
  attempt.cancel();
  const result = await running;
  const sent = count();
  // The service has seen requests whose answers weren't there yet: at most one of each of the two clients.
  assert.ok(result.requests >= sent - 2 && result.requests <= sent, `${result.requests} of ${sent}`);
  // It was to last ten minutes, and beats every second: nothing waited for either.
  assert.ok(result.seconds < 30, `${result.seconds} s`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(count(), sent, 'nothing more is sent');
});

test('when only the worker ends, the attempt fails, so that another one goes on', async (t) => {
  const { url, count } = await service(t);
  const attempt = new Attempt(`hey -z 10m -c 2 -q 20 ${url}`);
  const running = attempt.run();
  await until(() => count() > 20, 'requests');
  attempt.stopWorker();
  await assert.rejects(running, { name: 'TransientError', message: 'this worker was stopped in the middle' });
});

test('an attempt after a lost one carries out what is left, and tells both as one', async (t) => {
  const { url, count } = await service(t);
  const command = `hey -n 120 -c 4 -q 10 ${url}`;
  const lost = new Attempt(command);
  const running = lost.run();
  await until(() => (lost.last?.soFar.requests ?? 0) > 0, 'progress');
  lost.stopWorker();
  await assert.rejects(running);
  const { soFar } = lost.last ?? assert.fail('no progress');
  const before = count();

  const result = await new Attempt(command, lost.last).run();
  assert.equal(count() - before, 120 - soFar.requests, 'only what was left is sent');
  assert.equal(result.requests, 120);
  assert.equal((result.codes['200'] ?? 0) + (result.codes['500'] ?? 0), 120);
  assert.ok(result.seconds > soFar.seconds + 1, `${result.seconds} s in all`);
});

test('of a load test by time only the rest of the time is left, if anything', async (t) => {
  const { url, count } = await service(t);
  const command = `hey -z 60s -c 2 -q 20 ${url}`;
  const state = { codes: { 200: 100, 503: 2 }, errors: { ECONNREFUSED: 1 }, latencies: [[5, 102]], largest: 5 };
  const soFar = { name: HOOK };
  const nearly = await new Attempt(command, { soFar, state: { ...state, seconds: 59.5 } }).run();
  assert.ok(nearly.seconds >= 59.9 && nearly.seconds < 62, `${nearly.seconds} s`);
  assert.equal(nearly.requests, 103 + count());
  assert.equal(nearly.codes['503'], 2);
  assert.deepEqual(nearly.errors, { ECONNREFUSED: 1 });
  const sent = count();

  const over = await new Attempt(command, { soFar, state: { ...state, seconds: 60.2 } }).run();
  assert.equal(count(), sent, 'nothing is sent any more');
  assert.deepEqual([over.requests, over.failed], [103, 3]);
});

test('progress that another version has left in a way of its own means beginning anew', async (t) => {
  const { url, count } = await service(t);
  const result = await new Attempt(`hey -n 8 -c 4 ${url}`, { requests: 5 }).run();
  assert.deepEqual([result.requests, count()], [8, 8]);
});

test('a webhook that is gone, and a command that is not hey’s, are for a person to mend', async () => {
  const isFinal = (pattern: RegExp) => (error: unknown) => {
    assert.ok(error instanceof ApplicationFailure);
    assert.deepEqual([error.type, error.nonRetryable], ['UserError', true]);
    assert.match(error.message, pattern);
    return true;
  };
  await assert.rejects(
    new Attempt('hey http://127.0.0.1:1/').run('other'),
    isFinal(/there is no webhook other with a command any more/),
  );
  await assert.rejects(new Attempt('hey -x 1 http://127.0.0.1:1/').run(), isFinal(/hey: -x is not supported here/));
});
