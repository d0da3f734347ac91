import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { countableSpan, countRequests } from '../../../src/metrics/counts/read.js';
import { requestCounts } from '../../../src/metrics/counts/sources.js';
import { ProviderError } from '../../../src/metrics/errors.js';
import type { QueryModel } from '../../../src/metrics/model.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { startPrometheus } from '../prometheus/real.js';
import { never, serve } from '../../harness/http/server.js';

const MODEL: QueryModel = {
  ...{ name: 'podinfo', namespace: 'test', target: 'podinfo', service: 'podinfo', ingress: 'podinfo' },
  ...{ route: 'podinfo', interval: '', variables: {} },
};
const CANARY = '10.0.0.11';
const PRIMARY = '10.0.0.1';
const LATER = '10.0.0.2';

/** A gateway whose counters the test turns. */
class Gateway {
  /** What it exports, by pod and code; it may fall or vanish. */
  readonly counters = new Map<string, number>();
  /** What users have really sent, by pod and code. */
  readonly sent = new Map<string, number>();
  isDown = false;

  serve(node: string, code: number, requests: number): void {
    const key = `node="${node}",code="${code}"`;
    for (const counts of [this.counters, this.sent]) counts.set(key, (counts.get(key) ?? 0) + requests);
  }

  get text(): string {
    const route = 'route="test_podinfo-podinfo-canary_method"';
    return [...this.counters].map(([key, value]) => `apisix_http_status{${route},${key}} ${value}\n`).join('');
  }

  sum(matches: (key: string) => boolean): number {
    return [...this.sent].filter(([key]) => matches(key)).reduce((sum, [, n]) => sum + n, 0);
  }
}

async function counted(t: TestContext) {
  const gateway = new Gateway();
  const exporter = await serve(t, (_, response) => {
    response.writeHead(gateway.isDown ? 503 : 200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(gateway.isDown ? '' : gateway.text);
  });
  const address = await startPrometheus(t, new URL(exporter.url).host);
  const server = createProvider({
    provider: {
      ...{ type: 'prometheus', address, headers: {}, secretRef: undefined },
      ...{ region: undefined, insecureSkipVerify: false },
    },
  });
  const query = await requestCounts('apisix', MODEL, { canary: () => Promise.resolve([CANARY]) });
  assert.ok(query);
  return { gateway, server, query };
}

void describe('requests counted by a real Prometheus', () => {
  void it('each counts in exactly one span, whatever becomes of counters and scrapes', async (t) => {
    const { gateway, server, query } = await counted(t);
    // Long before the release: it must not count.
    gateway.serve(PRIMARY, 200, 100_000);
    let from = await firstSpan(server);
    gateway.sent.clear();
    const total = { canary: { requests: 0, bad: 0 }, primary: { requests: 0, bad: 0 } };
    let spans = 0;
    const read = async () => {
      const span = await countableSpan(server, from, never);
      if (!span) return;
      const counts = await countRequests(server, query, span, never);
      for (const side of ['canary', 'primary'] as const) {
        total[side].requests += counts[side].requests;
        total[side].bad += counts[side].bad;
      }
      from = span.to;
      spans += 1;
    };
    const happenings = [
      () => gateway.serve(CANARY, 200, 9),
      // The first failure of a canary makes a new series.
      () => gateway.serve(CANARY, 503, 1),
      () => gateway.serve(LATER, 200, 50),
      // The gateway starts anew, and with it its counters.
      () => gateway.counters.clear(),
      () => gateway.serve(PRIMARY, 200, 40),
      () => {
        gateway.isDown = true;
      },
      () => gateway.serve(PRIMARY, 500, 7),
      () => {
        gateway.isDown = false;
      },
      () => gateway.serve(CANARY, 500, 2),
      // A pod goes, after it was scraped for the last time.
      () => gateway.counters.delete(`node="${LATER}",code="200"`),
    ];
    for (const happens of happenings) {
      happens();
      // Longer than an interval of scrapes: what a counter shows between two of them, nobody can know.
      await after(1_300);
      await read();
    }
    const wanted = {
      canary: { requests: gateway.sum((key) => key.includes(CANARY)), bad: 3 },
      primary: { requests: gateway.sum((key) => !key.includes(CANARY)), bad: 7 },
    };
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline && total.primary.requests + total.canary.requests < 109) {
      await after(500);
      await read();
    }
    // Once more: nothing may count twice.
    await after(1_500);
    await read();
    assert.deepEqual(total, wanted);
    assert.ok(spans > 3, `${spans} spans`);
  });

  void it('a time before the server was there can’t be counted from', async (t) => {
    const { server } = await counted(t);
    await firstSpan(server);
    await assert.rejects(countableSpan(server, Date.now() - 3_600_000, never), ProviderError);
  });

  void it('a span that has hardly begun isn’t there yet', async (t) => {
    const { server } = await counted(t);
    await firstSpan(server);
    assert.equal(await countableSpan(server, Date.now(), never), undefined);
  });
});

/** When the server has scraped for the first time, and some while more. */
async function firstSpan(server: ReturnType<typeof createProvider>): Promise<number> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const now = Date.now();
    const isThere = await server.query('count(up) > 0', never).catch(() => 0);
    await after(2_000);
    if (isThere > 0) return now;
    assert.ok(now < deadline, 'nothing is scraped');
  }
}
