import type { FastifyInstance } from 'fastify';
import { isDeeperThan } from '../crds/bounded/depth.js';
import { Problem } from './problems/problem.js';

/** Lists and objects inside each other; a pod template has some fifteen. */
const DEEPEST = 64;

/**
 * Bodies that are nested deeper than anything that can be meant are refused before anybody looks at them: what walks
 * through them by recursion, to check or to print them, would run out of stack.
 */
export function readJsonWithinBounds(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    void parse(request, String(body), (error, value) => {
      if (error) done(error);
      else done(problemOf(value) ?? null, value);
    });
  });
}

function problemOf(value: unknown): Problem | undefined {
  if (!isDeeperThan(value, DEEPEST)) return undefined;
  const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const field = fields.find(([, part]) => isDeeperThan(part, DEEPEST - 1))?.[0].slice(0, LONGEST_NAME) ?? 'body';
  const remedy = `use at most ${DEEPEST} lists and objects inside each other`;
  return new Problem('invalid-input', `${field}: ${remedy}`, { field, remedy });
}

const LONGEST_NAME = 100;
