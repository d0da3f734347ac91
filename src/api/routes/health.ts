import { z } from 'zod';
import type { Dependencies } from '../../dependencies.js';
import { unfilledCaches } from '../caches.js';
import { Expiring } from '../expiring.js';
import { Problem } from '../problems/problem.js';
import type { Runs } from '../releases/runs.js';
import { open, type App } from './app.js';

const REMEMBERED_MS = 5_000;
const READY = z.literal('OK').meta({ description: 'It is' });

/** `/healthz`: the process runs. `/readyz`: it can answer. */
export function healthRoutes(app: App, deps: Dependencies, runs: Runs): void {
  const missing = new Expiring<readonly string[]>(REMEMBERED_MS);

  app.get('/healthz', {
    schema: {
      ...open,
      summary: 'Whether the process runs',
      response: { 200: { content: { 'text/plain': { schema: READY } } } },
    },
    handler: (_request, reply) => void reply.type('text/plain').send('OK'),
  });

  app.get('/readyz', {
    schema: {
      ...open,
      summary: 'Whether caches are filled and Temporal can be reached; looked at every 5 seconds at most',
      response: { 200: { content: { 'text/plain': { schema: READY } } } },
    },
    handler: async (_request, reply) => {
      const what = await missing.get('', () => whatIsMissing(deps, runs));
      if (what.length > 0) throw new Problem('not-ready', what.join('; '));
      return reply.type('text/plain').send('OK');
    },
  });
}

async function whatIsMissing(deps: Dependencies, runs: Runs): Promise<readonly string[]> {
  const temporal = runs.ping().then(
    () => [],
    (error: unknown) => [error instanceof Error ? error.message : String(error)],
  );
  const caches = await unfilledCaches(deps, 1_000);
  const kubernetes = caches.map((kind) => `the cache of ${kind} is not filled yet`);
  return [...kubernetes, ...(await temporal)];
}
