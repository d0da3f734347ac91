import type { FastifyInstance } from 'fastify';
import { isDeeperThan } from '../crds/bounded/depth.js';
import { Problem } from './problems/problem.js';

/** Nesting of lists and objects; a pod template has about fifteen levels. */
const DEEPEST = 64;

/**
 * Bodies that are nested too deeply to make sense are refused before anything reads them: recursive code that checks or
 * prints them would overflow the stack.
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
