import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { until } from '../until.js';
import { APP } from './objects.js';
import type { ReleaseScene } from './scene.js';

/** Longest wait for values, in milliseconds: less than the webhook's own. */
const PATIENCE_MS = 110_000;
/** Shorter than what the analysis looks back on, so that what is found here is found there. */
const LOOK_BACK = '5s';
const METRICS = ['http_request_duration_seconds_count', 'http_request_duration_seconds_bucket'];

const answerSchema = z.object({ data: z.object({ result: z.array(z.unknown()) }) });

/**
 * A webhook for the analysis of a Canary whose pods count their requests themselves. It answers as soon as Prometheus has
 * values of the canary's pods: what a release does is then the same however late a scrape is.
 */
export async function measuredFirst(t: TestContext, world: ReleaseScene): Promise<object> {
  const problems: string[] = [];
  const server = createServer((_request, response) => {
    until(() => hasValues(world), 'Prometheus has values of the canary', PATIENCE_MS).then(
      () => response.end(),
      (error: unknown) => {
        problems.push(String(error));
        response.writeHead(503).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const problem of problems) t.diagnostic(problem);
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { name: 'measured', type: 'rollout', url: `http://127.0.0.1:${port}/`, timeout: '2m' };
}

async function hasValues(world: ReleaseScene): Promise<boolean> {
  const pods = `kubernetes_namespace="${world.namespace}", kubernetes_pod_name=~"${APP}-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"`;
  const found = await Promise.all(METRICS.map((metric) => count(world, `rate(${metric}{${pods}}[${LOOK_BACK}]) > 0`)));
  return found.every((series) => series > 0);
}

async function count({ lab }: ReleaseScene, query: string): Promise<number> {
  const url = new URL('/api/v1/query', lab.prometheusUrl);
  url.searchParams.set('query', query);
  const answer = await fetch(url);
  return answerSchema.parse(await answer.json()).data.result.length;
}
