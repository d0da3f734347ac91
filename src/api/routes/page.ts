import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { Problem } from '../problems/problem.js';
import { PAGE_PATHS } from '../web/page.js';
import type { App } from './app.js';

/** Files under it have a hash of their content in their name. */
const HASHED = '/assets/';
const FOR_EVER = 'public, max-age=31536000, immutable';
/** Stored, but revalidated each time: after an upgrade the next request shows the new page. */
const ASK_EACH_TIME = 'no-cache';

/**
 * The web page. It contains no data of its own, so it needs no token: it requests its data from the API.
 *
 * @param folder of the page; undefined where it isn't built, which its visitors are told
 */
export function pageRoutes(app: App, folder: string | undefined): void {
  if (folder === undefined) {
    app.get('/', { schema: { hide: true }, handler: () => Promise.reject(notBuilt()) });
    return;
  }
  void app.register(fastifyStatic, {
    root: folder,
    // One route a file, known from the start: a missing file is answered like any other unknown path.
    wildcard: false,
    index: false,
    cacheControl: false,
    // Beside each larger file lies what it is when it is compressed: nothing is compressed while somebody waits.
    preCompressed: true,
    setHeaders: (reply, path) => {
      reply.header('Cache-Control', path.includes(HASHED) ? FOR_EVER : ASK_EACH_TIME);
      reply.header('Vary', 'Accept-Encoding');
    },
  });
  const page = (_request: unknown, reply: FastifyReply): FastifyReply => reply.sendFile('index.html');
  for (const path of PAGE_PATHS) app.get(path, { schema: { hide: true }, handler: page });
}

function notBuilt(): Problem {
  return new Problem('unknown-route', 'the web page is not built', {
    remedy: 'run npm run build, and start Serinus again; the API is described at /openapi.json',
  });
}
