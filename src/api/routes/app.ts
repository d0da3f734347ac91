import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { PROBLEM_CONTENT } from '../problems/problem.js';
import { problemSchema } from '../schema/problem.js';

/** Fastify, with types from the schemas of its routes. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** For routes that need no token: they are only about the process. */
export const open = { tags: ['process'], security: [] };

/** Every route's possible error answers. */
export const problems = {
  '4xx': { description: 'What is wrong with the request', content: { [PROBLEM_CONTENT]: { schema: problemSchema } } },
  '5xx': {
    description: 'What keeps Serinus from answering',
    content: { [PROBLEM_CONTENT]: { schema: problemSchema } },
  },
} as const;
