import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import Fastify from 'fastify';
import { pageRoutes } from '../../../../src/api/routes/page.js';
import { addSecurityHeaders } from '../../../../src/api/security-headers.js';
import { pageFolder } from '../../../../src/api/web/page.js';

/** What the API answers on the stage, by path; a function is given the body of a POST and the query. */
export type Script = Readonly<Record<string, unknown>>;

type Answering = (body: unknown, query: unknown) => unknown;

/** An event of a stream. */
export interface Sent {
  readonly event: string;
  readonly data: unknown;
}

const STREAM = /\/stream$/;

/**
 * The built page with an API that says what it is told to: pages are looked at in every state, without waiting for one.
 *
 * @param streams the events of each stream, by its path
 * @returns its address
 */
export async function openStage(
  t: TestContext,
  script: Script,
  streams: Readonly<Record<string, readonly Sent[]>> = {},
): Promise<string> {
  const app = Fastify();
  addSecurityHeaders(app);
  pageRoutes(app, pageFolder());
  const answers: Script = { '/api/v1/session': { mode: 'none', development: true }, ...script };
  app.all('/api/*', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    if (STREAM.test(path)) {
      const events = (streams[path] ?? []).map(
        ({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
      );
      reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`${events.join('')}: on\n\n`);
      reply.hijack();
      return;
    }
    const answer = answers[`${request.method} ${path}`] ?? answers[path];
    if (answer === undefined) {
      return reply.code(404).send({ type: 'about:blank/unknown-route', title: 'Not found', status: 404, detail: path });
    }
    const said: unknown = typeof answer === 'function' ? (answer as Answering)(request.body, request.query) : answer;
    return reply.send(said);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}
