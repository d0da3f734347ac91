import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Context } from '@temporalio/activity';
import type { WorkflowStartUpdateWithStartInput } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import axios from 'axios';
import { startTelemetry } from '../../src/telemetry.js';
import type { Telemetry } from '../../src/telemetry/port.js';
import { Collector, type CollectedSpan } from '../harness/http/collector.js';

const RUN = '0198c0de-1234-7abc-8def-0123456789ab';
const TRACE = RUN.replaceAll('-', '');

let collector: Collector;
let telemetry: Telemetry;
let kubernetes: string;
let webhook: string;
const received: IncomingHttpHeaders[] = [];
const closing: (() => void)[] = [];
let spans: readonly CollectedSpan[];

/** A server that answers everything with 200. @returns its URL */
async function listen(): Promise<string> {
  const server = createServer((request, response) => {
    received.push(request.headers);
    response.end('OK');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs an activity as a worker would. */
async function runActivity(activityType: string, action: () => Promise<unknown>): Promise<unknown> {
  const info = {
    activityType,
    activityId: '7',
    attempt: 1,
    taskQueue: 'q',
    workflowExecution: { workflowId: 'canary/c/shop/cart', runId: RUN },
  };
  const [interceptors] = telemetry.activities;
  const { inbound } = interceptors?.({ info } as unknown as Context) ?? {};
  assert.ok(inbound?.execute);
  return inbound.execute({ args: [], headers: {} }, action);
}

let update: { readonly given: WorkflowStartUpdateWithStartInput; readonly passed: unknown } | undefined;

before(async () => {
  collector = await Collector.open();
  Object.assign(process.env, collector.environment());
  kubernetes = await listen();
  webhook = await listen();
  const started = await startTelemetry({ version: '1.2.3', kubernetes });
  assert.ok(started);
  telemetry = started;

  await runActivity('observe', async () => {
    await axios.get(`${webhook}/services/SECRET-PATH?token=SECRET-QUERY`);
    await axios.get(`${kubernetes}/apis/apps/v1/namespaces/shop/deployments/cart?fieldManager=serinus`);
    await axios.get(`${kubernetes}/api/v1/secrets?watch=true`);
  });
  await runActivity('loadTest', () => axios.get(`${webhook}/load`));
  await assert.rejects(runActivity('apply', () => Promise.reject(new Error('no route'))));
  await assert.rejects(runActivity('awaitReady', () => Promise.reject(new CancelledFailure('stop'))));
  await axios.get(`${webhook}/in-the-background`);

  const [client] = [telemetry.client.workflow].flat();
  assert.ok(client && 'startUpdateWithStart' in client && client.startUpdateWithStart);
  const given = Object.freeze({
    updateName: 'submit',
    workflowStartHeaders: Object.freeze({}),
    updateHeaders: Object.freeze({}),
    workflowStartOptions: Object.freeze({ workflowId: 'canary/c/shop/cart' }),
  }) as unknown as WorkflowStartUpdateWithStartInput;
  await client
    .startUpdateWithStart(given, (passed) => {
      update = { given, passed };
      return Promise.reject(new Error('Temporal is away'));
    })
    .catch(() => undefined);

  await telemetry.stop();
  // The servers that are called here are in this process, too.
  spans = collector.spans.filter((span) => !span.server);
});

after(() => {
  for (const close of closing) close();
  collector.close();
});

function spanOf(name: string): CollectedSpan {
  const found = spans.filter((span) => span.name === name);
  assert.equal(found.length, 1, `${name} in ${spans.map((span) => span.name).join(', ')}`);
  return found[0] ?? assert.fail();
}

test('an activity is a span in the trace of its run', () => {
  const span = spanOf('RunActivity:observe');
  assert.equal(span.traceId, TRACE);
  assert.equal(span.parentSpanId, '');
  assert.equal(span.attributes['temporalWorkflowId'], 'canary/c/shop/cart');
  assert.equal(span.attributes['run_id'], RUN);
  assert.equal(span.attributes['serinus.attempt'], 1);
  assert.equal(span.failed, false);
});

test('requests of an activity are spans of its trace; watches, load and the background are none', () => {
  const requests = spans.filter((span) => span.attributes['url.full'] !== undefined);
  assert.deepEqual(
    requests.map((span) => span.attributes['url.full']),
    [webhook, `${kubernetes}/apis/apps/v1/namespaces/shop/deployments/cart`],
  );
  for (const span of requests) assert.equal(span.traceId, TRACE);
});

test('no path that may be secret and no query leaves the process', () => {
  assert.doesNotMatch(JSON.stringify(spans), /SECRET/);
});

test('whoever is called for an activity can go on with its trace', () => {
  const traced = received.filter((headers) => headers['traceparent'] !== undefined);
  assert.equal(traced.length, 2);
  for (const headers of traced) assert.ok(String(headers['traceparent']).includes(TRACE));
});

test('a failed activity is a failed span, a cancelled one isn’t', () => {
  assert.equal(spanOf('RunActivity:apply').failed, true);
  assert.equal(spanOf('RunActivity:awaitReady').failed, false);
  assert.equal(spanOf('RunActivity:awaitReady').attributes['serinus.cancelled'], true);
});

test('a call of Temporal’s client is a span, and nothing is put into the call', () => {
  assert.ok(update);
  assert.equal(update.passed, update.given);
  const span = spanOf('UpdateWithStartWorkflow:submit');
  assert.equal(span.attributes['temporalWorkflowId'], 'canary/c/shop/cart');
  assert.equal(span.failed, true);
});
