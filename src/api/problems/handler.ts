import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../logging.js';
import { messageOf } from '../../errors.js';
import { setSecurityHeaders } from '../security-headers.js';
import { problemPage } from './page.js';
import { Problem, PROBLEM_CONTENT } from './problem.js';

/**
 * Turns every answer that isn't a success into a problem document.
 *
 * @param page the web page, for people at an unknown path: it says so, and where to go; undefined where it isn't built
 */
export function answerWithProblems(app: FastifyInstance, log: Logger, page: string | undefined): void {
  app.setNotFoundHandler((request, reply) => {
    if (page !== undefined && isForPeople(request)) {
      return reply.code(404).type('text/html; charset=utf-8').serializer(String).send(page);
    }
    const detail = `there is no ${request.method} ${pathOf(request)}`;
    return send(
      request,
      reply,
      new Problem('unknown-route', detail, { remedy: 'see /openapi.json for what there is' }),
    );
  });
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const problem = problemOf(error);
    if (problem.problem === 'internal') {
      log.error({ method: request.method, route: request.routeOptions.url, stack: error.stack }, messageOf(error));
    } else if (problem.status >= 500) {
      log.warn({ method: request.method, route: request.routeOptions.url }, problem.detail);
    }
    return send(request, reply, problem);
  });
}

/** Answers errors that Fastify found before it had a route. */
export function answerProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  setSecurityHeaders(request, reply);
  return send(request, reply, problemOf(error));
}

/** A request by a browser for a page; programs and parts of the page itself get a problem document. */
function isForPeople({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && /\btext\/html\b/.test(headers.accept ?? '') && !FOR_PROGRAMS.test(url);
}

const FOR_PROGRAMS = /^\/(?:api|auth|assets|problems)\//;

/** Paths that browsers are redirected to, where people must be able to read what went wrong. */
const FOR_PEOPLE = /^\/auth\//;

function send(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { retryAfter } = problem.members;
  if (problem.status === 401) reply.header('WWW-Authenticate', 'Bearer');
  if (retryAfter !== undefined) reply.header('Retry-After', retryAfter);
  if (FOR_PEOPLE.test(request.url) && /\btext\/html\b/.test(request.headers.accept ?? '')) {
    return reply.code(problem.status).type('text/html; charset=utf-8').serializer(String).send(problemPage(problem));
  }
  return reply
    .code(problem.status)
    .type(PROBLEM_CONTENT)
    .serializer((document: unknown) => JSON.stringify(document))
    .send(problem.document(pathOf(request)));
}

/** Without the query, which may hold confidential values. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}

/** Errors that Fastify finds in a request before a route gets it. */
const BY_CODE: ReadonlyMap<string, (message: string) => Problem> = new Map([
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    () =>
      new Problem('wrong-content-type', 'the body must be JSON', {
        field: 'Content-Type',
        remedy: 'send the header Content-Type: application/json',
      }),
  ],
  ['FST_ERR_CTP_BODY_TOO_LARGE', () => new Problem('body-too-large', 'the body must not be larger than 256 KiB')],
  ['FST_ERR_CTP_INVALID_JSON_BODY', notJson],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', notJson],
  ['FST_ERR_BAD_URL', () => new Problem('bad-request', 'the path is not a valid URL')],
]);

function problemOf(error: FastifyError | Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof SyntaxError) return notJson(error.message);
  const known = 'code' in error ? BY_CODE.get(error.code) : undefined;
  if (known) return known(error.message);
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status !== undefined && status >= 400 && status < 500) return new Problem('bad-request', messageOf(error));
  return new Problem('internal', 'something went wrong that should not; the log of the API says what');
}

function notJson(message: string): Problem {
  return new Problem('not-json', `the body can't be read as JSON: ${message}`, {
    remedy: 'send a JSON object, {} where there is nothing to say',
  });
}
